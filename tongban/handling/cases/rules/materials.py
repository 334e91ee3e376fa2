"""The materials of an application, each once, and when the machine may rely on them (免提交).

Commitments (告知承诺) follow 国办发〔2020〕42号."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.carrying import conditions_of
from tongban.handling.catalog.schema import FormField, Item, Material


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


def machine_may_decide(item: Item, outcomes: Iterable[Outcome], answers: Answers) -> bool:
    """Return whether the machine may grant: an instant item (秒批) whose necessary materials it can all verify.

    It may not as long as an answer is missing that decides which materials are necessary.
    """
    verified = all(o.met and o.way in MACHINE_WAYS for o in outcomes if o.necessary)
    return item.instant and verified and not undecided(item, answers)


def undecided(item: Item, answers: Answers) -> list[str]:
    """Return the keys that the item's conditions name and that have no valid answer, each once.

    Such a condition does not hold, but it is not ruled out either. A field that the answers do not call for needs no
    answer. If it still has an old one, the conditions would go by what the form no longer shows, so it is returned too.
    """
    fields = {field.key: field for field in item.form}
    named = dict.fromkeys(key for when in conditions_of(item) for key in when)
    return [key for key in named if not _is_decided(fields.get(key), answers.get(key, ""), answers)]


def _is_decided(field: FormField | None, answer: str, answers: Answers) -> bool:
    if field is None:
        # A question of the bundle, or a field of another of its items. Submission has checked that the answer is one of
        # the choices, and `bundle_asking_findings` that everybody who needs this item is asked for that field.
        return bool(answer)
    if not holds(field.when, answers):
        return not answer
    return answer in dict(field.choices) if field.choices else bool(answer)
