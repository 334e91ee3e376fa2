"""Which materials a bundle asks for: those of its items, except what its own steps hand on. Pure."""

from collections.abc import Iterable

from tongban.handling.catalog.schema import Item, Material
from tongban.handling.catalog.vocabulary import Source


def asked_materials(items: Iterable[Item]) -> list[Material]:
    """Return the materials of a bundle, except those that its own steps produce.

    Those that the platform obtains itself come first.
    """
    items = list(items)
    produced: set[tuple[str, str]] = {(result.licence_type, result.of) for item in items for result in item.results}
    asked = [m for item in items for m in item.materials if not _handed_on(m, produced)]
    return sorted(asked, key=lambda m: list(Source).index(Source(m.source)))


def _handed_on(material: Material, produced: set[tuple[str, str]]) -> bool:
    if material.source == Source.DATA:
        return material.of == "child"
    return material.source == Source.LICENCE and (material.licence_type, material.of) in produced
