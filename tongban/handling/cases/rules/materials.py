"""The materials of an application, each once, and when the machine may rely on them (免提交).

Commitments (告知承诺) follow 国办发〔2020〕42号."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.schema import Item, Material


class Way(StrEnum):
    """How a material of a case is met, or how the applicant is asked to meet it."""

    LICENCE = "licence"
    DATA = "data"
    FORM = "form"
    COMMITMENT = "commitment"
    UPLOAD = "upload"
    PRODUCED = "produced"
    """A preceding case of the same application produces it."""


MACHINE_WAYS = frozenset({Way.LICENCE, Way.DATA, Way.FORM})
"""Ways that the machine can verify by itself."""


@dataclass(frozen=True)
class Outcome:
    """The result of checking one material: whether it is met, in which way, and by what."""

    key: str
    name: str
    way: str
    met: bool
    necessary: bool = True
    source: str = ""
    """Its origin, in words for the reader."""
    reason: str = ""
    """Why it is not met and what to do, in words for the reader. Empty if it is met without an upload."""
    evidence: str = ""
    """The id of the licence, look-up or stored file."""


def union_of_materials(items: Iterable[Item], answers: Answers) -> dict[str, Material]:
    """Return the materials of the items that the answers call for, by key, each once."""
    materials: dict[str, Material] = {}
    for item in items:
        for material in item.materials:
            if holds(material.when, answers):
                materials.setdefault(material.key, material)
    return materials


def machine_may_decide(item: Item, outcomes: Iterable[Outcome]) -> bool:
    """Return whether the machine may grant: an instant item (秒批) whose necessary materials it can all verify."""
    return item.instant and all(o.met and o.way in MACHINE_WAYS for o in outcomes if o.necessary)
