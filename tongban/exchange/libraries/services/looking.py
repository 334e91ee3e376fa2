"""Look up shared data. Each look-up is recorded: who read what, for which case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongban.exchange.libraries import events
from tongban.exchange.libraries.queries import label_of
from tongban.exchange.libraries.resources import BIRTH, DataNotFound, Resource, known_id, resources
from tongban.foundation import clock
from tongban.people.datauses import queries as datauses
from tongban.people.datauses import services as recording
from tongban.people.datauses.kinds import UseKind
from tongban.people.identity.actors import Actor, machine

LOOKED_UP = UseKind("looked-up", "查询共享数据", order=10)
ONCE_WITHIN = timedelta(minutes=10)
"""The same look-up for a draft is recorded once within this time, although every page of the draft repeats it."""


@dataclass(frozen=True)
class LookUpResult:
    """The result of a look-up: the facts by key and their source, or the reason why there are none."""

    found: bool
    facts: dict[str, str] = field(default_factory=dict)
    source: str = ""
    reason: str = ""
    evidence: str = ""
    """The id of the record that was read, if the resource keeps versions."""
    persons: tuple[UUID, ...] = ()
    """The ids of those whose data was read, if the context does not name them."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Key of a fact -> its source, for facts from another library than `source`."""

    def source_of(self, fact: str) -> str:
        """Return the source of one fact."""
        return self.sources.get(fact, self.source)


@transaction.atomic(savepoint=False)
def look_up(
    resource: str, *, context: Mapping[str, str], actor: Actor | None = None, at: datetime | None = None
) -> LookUpResult:
    """Read a shared data resource for the persons that the context names, and record it.

    An unknown resource or missing data raises nothing: `found` is False, and `reason` says why.
    """
    known = resources.get(resource)
    if known is None:
        return LookUpResult(found=False, reason="这项数据还没有接入共享")
    try:
        found = known.find(context)
        result = LookUpResult(
            True,
            found.facts,
            known.source,
            evidence=str(found.record_id or ""),
            persons=found.persons,
            sources=found.sources,
        )
    except DataNotFound as missing:
        result = LookUpResult(found=False, source=known.source, reason=str(missing))
    _leave_trace(known, result, context, actor or machine("look-up/1"), at or clock.now())
    return result


def _leave_trace(
    resource: Resource, result: LookUpResult, context: Mapping[str, str], actor: Actor, at: datetime
) -> None:
    """Announce the look-up, and record a data use for each person concerned, as `ONCE_WITHIN` allows."""
    source = resource.source
    application = known_id(context, "application.id")
    number = context.get("case.number") or context.get("application.number") or ""
    if application and not actor.machine:
        since = at - ONCE_WITHIN
        if datauses.noted_since(
            since, kind=LOOKED_UP.key, actor=actor, occasion=application, source=source, found=result.found
        ):
            return
    known = {**context, **result.facts}
    subject = next((s for s in (known_id(known, key) for key in resource.whose) if s), None)
    purpose = "办理申请" if number else "申请前预填"
    fields = [label_of(fact) for fact in result.facts if not fact.endswith(".id")]
    event = events.DataLookedUp(
        subject=subject or actor.subject_id or UUID(int=0),
        resource=resource.key,
        purpose=purpose,
        case_number=number,
        found=result.found,
        fields="、".join(dict.fromkeys(fields)),
    )
    recording.record_used(
        event,
        _concerned(resource, result, known),
        actor=actor,
        at=at,
        kind=LOOKED_UP.key,
        fields=fields,
        source=source,
        department_id=known_id(context, "case.department") if actor.machine else None,
        case_number=number,
        purpose=purpose,
        occasion=application,
    )


def _concerned(resource: Resource, result: LookUpResult, known: Mapping[str, str]) -> list[UUID]:
    """Return the subjects whose data was read: those that the reader names, else those that the resource is about."""
    if result.persons:
        return list(result.persons)
    if resource.whose == BIRTH:
        roles = ("child.id", "mother.id", "father.id") if result.found else ("child.id",)
        if persons := [s for s in (known_id(known, key) for key in roles) if s]:
            return persons
    keys = [key for key in resource.whose if key != "birth.id"]
    return [s for s in (known_id(known, key) for key in keys) if s][:1]
