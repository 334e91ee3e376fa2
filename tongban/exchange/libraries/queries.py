"""ASK: look up shared data. Each look-up leaves an event that says who read what for which case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tongban.exchange.libraries import events
from tongban.exchange.libraries.definitions import definitions
from tongban.exchange.libraries.facts import LABELS
from tongban.exchange.libraries.models import BirthRecord
from tongban.exchange.libraries.resources import RECORD, RESOURCES, Missing, Resource, known_id
from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.identity.actors import Actor, machine

__all__ = ["LABELS", "RESOURCES", "LookUp", "births_waiting", "label_of", "look_up"]


@dataclass(frozen=True)
class LookUp:
    """What a look-up gave: facts by key, where they come from, or why there are none."""

    found: bool
    facts: dict[str, str] = field(default_factory=dict)
    source: str = ""
    reason: str = ""
    evidence: str = ""
    """The id of the record that was read, where the resource keeps versions."""


def look_up(
    resource: str, *, context: Mapping[str, str], actor: Actor | None = None, at: datetime | None = None
) -> LookUp:
    """Read a shared data resource for the persons that the context names. Never raises: not found has its reason."""
    known = RESOURCES.get(resource)
    if known is None:
        return LookUp(found=False, reason="这项数据还没有接入共享")
    try:
        facts = known.find(context)
        evidence = facts.pop(RECORD, "")
        result = LookUp(True, facts, f"{known.provider} · {known.name}", evidence=evidence)
    except Missing as missing:
        result = LookUp(found=False, source=f"{known.provider} · {known.name}", reason=str(missing))
    _leave_trace(known, result, context, actor or machine("look-up/1"), at or clock.now())
    return result


def label_of(fact: str) -> str:
    """The Chinese label of a fact key, or the key itself."""
    resource, _, name = fact.partition(".")
    if resource in definitions():
        return next((one.label for one in definitions()[resource].fields if one.key == name), fact)
    return LABELS.get(fact, fact)


def births_waiting() -> int:
    """How many births wait for their certificate."""
    return BirthRecord.objects.filter(status=BirthRecord.Status.WAITING).count()


def _leave_trace(resource: Resource, result: LookUp, context: Mapping[str, str], actor: Actor, at: datetime) -> None:
    subjects = (known_id({**context, **result.facts}, key) for key in resource.whose)
    number = context.get("case.number") or context.get("application.number") or ""
    purpose = context.get("purpose") or ("办理申请" if number else "申请前预填")
    event = events.DataLookedUp(
        subject=next((s for s in subjects if s), actor.subject_id or UUID(int=0)),
        resource=resource.key,
        purpose=purpose,
        case_number=number,
        found=result.found,
    )
    announce(event, actor=actor, at=at)
