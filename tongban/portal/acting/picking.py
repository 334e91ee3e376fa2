"""The choice of services for a mandate: themes, and items that a search finds, as check boxes."""

from dataclasses import dataclass

from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.queries import in_person
from tongban.people.identity.rules import AGENT

MAX_HITS = 12
"""Search results that are offered at a time."""


@dataclass(frozen=True)
class Picker:
    """What the form offers: all themes, the items and bundles found, and those chosen."""

    themes: list[str]
    found: dict[str, str]
    chosen: dict[str, str]
    barred: list[tuple[str, str]]
    """(name, reason) of services found that nobody may do for somebody else."""
    text: str


def picker(kind: str, *, chosen: list[str], text: str) -> Picker:
    """Return the picker for a kind of mandate. Unknown codes among `chosen` are dropped."""
    found: dict[str, str] = {}
    barred: list[tuple[str, str]] = []
    if text.strip():
        hits = catalog.search(text)
        bundles = [(row["key"], row["name"]) for row in hits.bundles]
        items = [(row["code"], row["name"]) for row in hits.items]
        for code, name in [*bundles, *items][:MAX_HITS]:
            why = "" if kind == AGENT else in_person().get(code, "")
            if why:
                barred.append((name, why))
            else:
                found[code] = name
    names = catalog.names_of_services(chosen)
    return Picker(
        themes=[name for name, _ in catalog.themes()],
        found={code: name for code, name in found.items() if code not in names},
        chosen=names,
        barred=barred,
        text=text,
    )
