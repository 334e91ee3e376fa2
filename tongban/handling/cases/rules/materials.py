"""The one material set of an application, and when the machine may rely on it (CONVENTIONS §1.4 免提交 rule)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.schema import Item, Material


class Way(StrEnum):
    """How a material of a case is met, or is to be met."""

    LICENCE = "licence"
    DATA = "data"
    FORM = "form"
    COMMITMENT = "commitment"
    UPLOAD = "upload"
    PRODUCED = "produced"
    """A case before this one produces it."""


MACHINE_WAYS = frozenset({Way.LICENCE, Way.DATA, Way.FORM})
"""Ways of meeting a material that the machine can check for itself."""


@dataclass(frozen=True)
class Outcome:
    """How one material stands: the way it is met, and what meets it."""

    key: str
    name: str
    way: str
    met: bool
    necessary: bool = True
    source: str = ""
    """Where it comes from, in words for the reader."""
    reason: str = ""
    """Why an exemption failed, in words for the reader."""
    evidence: str = ""
    """The id of the licence, look-up or stored file."""


def union_of_materials(items: Iterable[Item], answers: Answers) -> dict[str, Material]:
    """Each material once, for all chosen items."""
    materials: dict[str, Material] = {}
    for item in items:
        for material in item.materials:
            if holds(material.when, answers):
                materials.setdefault(material.key, material)
    return materials


def machine_may_decide(item: Item, outcomes: Iterable[Outcome]) -> bool:
    """An instant item whose every necessary material is met by licence, data or validated field."""
    return item.instant and all(o.met and o.way in MACHINE_WAYS for o in outcomes if o.necessary)
