"""What a service of the catalogue means for one application: its bundle, chosen children, fields and facts."""

from collections.abc import Mapping
from functools import cached_property
from uuid import UUID

from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.rules import form, graph, materials
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, Item, Material


class Plan:
    """An application read with the versions of the catalogue that it was started with."""

    def __init__(self, application: Application) -> None:
        self.application = application

    @cached_property
    def bundle(self) -> Bundle:
        a = self.application
        if a.kind == "bundle":
            return catalog.bundle(a.service, a.service_version)
        return graph.as_bundle(catalog.item(a.service, a.service_version))

    @cached_property
    def steps(self) -> list[BundleStep]:
        return graph.chosen_steps(self.bundle, self.application.answers)

    @cached_property
    def items(self) -> dict[str, Item]:
        """Step key -> item, for the chosen children."""
        if self.application.kind == "item":
            return {step.key: catalog.item(step.item, self.application.service_version) for step in self.steps}
        items = catalog.items_named({step.item for step in self.bundle.steps})
        return {step.key: items[step.item] for step in self.steps}

    @cached_property
    def fields(self) -> dict[str, FormField]:
        return form.union_of_fields(self.items.values(), self.application.answers)

    @cached_property
    def pages(self) -> list[tuple[str, str, list[FormField]]]:
        return form.pages_of(self.bundle, self.fields)

    @cached_property
    def materials(self) -> dict[str, Material]:
        return materials.union_of_materials(self.items.values(), self.application.answers)


def look_up_context(application: Application, case: Case | None = None) -> dict[str, str]:
    """Facts and answers in one flat dictionary, as look-ups and effects in the base libraries take them."""
    context: dict[str, str] = {**application.answers, **application.facts}
    context["application.number"] = application.number or ""
    if case is not None:
        context["case.number"] = case.number
    return context


def party(facts: Mapping[str, str], who: str) -> UUID | None:
    """The subject id of a role (`applicant`, `mother`, `father`, `child`), if it is known yet."""
    value = facts.get(f"{who}.id")
    return UUID(value) if value else None
