"""The present names of departments. A published version keeps the name that its department had then."""

from tongban.handling.catalog.schema import Bundle, Item
from tongban.people.organisation import queries as organisation


class Naming:
    """Puts the present names of departments into items and bundles. At most one query for all of them."""

    def __init__(self) -> None:
        self._found = organisation.present_names()

    def name(self, known_as: str) -> str:
        """Return the present name of a department, or the name itself if no department has or had it."""
        return self._found[known_as].name if known_as in self._found else known_as

    def short_names(self) -> dict[str, str]:
        """Return name, present or former -> short name."""
        return {name: department.short_name for name, department in self._found.items()}

    def item(self, spec: Item) -> Item:
        """Return the item with the present names."""
        plan = tuple(step.model_copy(update={"department": self.name(step.department)}) for step in spec.plan)
        return spec.model_copy(update={"department": self.name(spec.department), "plan": plan})

    def bundle(self, spec: Bundle) -> Bundle:
        """Return the bundle with the present names."""
        steps = tuple(step.model_copy(update={"department": self.name(step.department)}) for step in spec.steps)
        return spec.model_copy(update={"lead": self.name(spec.lead), "steps": steps})


def item_as_named_now(spec: Item) -> Item:
    """Return the item with the present names of departments; at most one query."""
    return Naming().item(spec)


def items_as_named_now(items: dict[str, Item]) -> dict[str, Item]:
    """Return the items with the present names of departments, by the same keys; at most one query."""
    naming = Naming()
    return {key: naming.item(spec) for key, spec in items.items()}
