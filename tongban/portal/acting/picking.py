"""Choosing services for a mandate: themes as check boxes, items found by a search and kept as check boxes."""

from dataclasses import dataclass
from typing import Any

from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.queries import in_person
from tongban.people.identity.rules import AGENT

MOST_FOUND = 12


@dataclass(frozen=True)
class Picker:
    """What the form shows for choosing: every theme, what was found, what is chosen."""

    themes: list[str]
    found: dict[str, str]
    chosen: dict[str, str]
    barred: list[tuple[str, str]]
    """(name, why) of what was found but nobody may do for another."""
    text: str


def picker(kind: str, *, chosen: list[str], text: str) -> Picker:
    """For a kind of mandate; of what is posted only codes that exist are kept."""
    found: dict[str, str] = {}
    barred: list[tuple[str, str]] = []
    if text.strip():
        hits: Any = catalog.search(text)
        for row in [*hits.bundles, *hits.items][:MOST_FOUND]:
            code, name = (row.get("key") or row.get("code")), row["name"]
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
