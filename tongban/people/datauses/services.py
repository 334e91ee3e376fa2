"""DO: record each use of somebody's data in the transaction that uses it; object to a use."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Required, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.gathering import save_later
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.writing import insert_together
from tongban.people.datauses import events
from tongban.people.datauses.kinds import check_event, check_kind
from tongban.people.datauses.models import DataUse, Objection
from tongban.people.identity.actors import Actor
from tongban.people.identity.uses import DataUseReport

SHORTEST_OBJECTION, LONGEST_OBJECTION = 5, 500


class UseDetails(TypedDict, total=False):
    """The details of a use, as `record_use` takes them."""

    kind: Required[str]
    fields: Required[Iterable[str]]
    source: str
    department_id: UUID | None
    case_number: str
    purpose: str
    occasion: UUID | None


@transaction.atomic(savepoint=False)
def record_use(
    subject_ids: Iterable[UUID],
    *,
    kind: str,
    fields: Iterable[str],
    entry_id: UUID,
    actor: Actor,
    at: datetime | None = None,
    source: str = "",
    department_id: UUID | None = None,
    case_number: str = "",
    purpose: str = "",
    occasion: UUID | None = None,
) -> None:
    """Record that data of these subjects was used. `entry_id` is the ledger's entry of the use.

    The department is the given one, otherwise that of the officer's first post. Raises UndeclaredUse for a kind that no
    room has registered.
    """
    check_kind(kind)
    moment = at or clock.now()
    department = department_id or next((post.department_id for post in actor.posts), None)
    shown = list(dict.fromkeys(fields))
    uses = [
        DataUse(
            subject_id=subject_id,
            actor=actor.name_for_record,
            principal_id=actor.principal_id,
            department_id=department,
            channel=actor.channel,
            at=moment,
            kind=kind,
            source=source,
            fields=shown,
            case_number=case_number,
            purpose=purpose,
            occasion=occasion,
            entry_id=entry_id,
        )
        for subject_id in dict.fromkeys(subject_ids)
    ]
    if not all(map(save_later, uses)):
        insert_together(uses)


@transaction.atomic(savepoint=False)
def record_used(
    event: Event,
    subject_ids: Iterable[UUID],
    *,
    actor: Actor,
    at: datetime | None = None,
    reason: str = "",
    **use: Unpack[UseDetails],
) -> UUID:
    """Record the uses and announce their event, whose entry covers the rows; return the entry's id.

    Raises UndeclaredUse unless a room has registered the kind and the event.
    """
    check_event(event)
    entry_id, moment = new_id(), at or clock.now()
    record_use(subject_ids, entry_id=entry_id, actor=actor, at=moment, **use)
    return announce(event, actor=actor, at=moment, reason=reason, entry_id=entry_id)


def record_reported(use: DataUseReport, actor: Actor, at: datetime) -> None:
    """Record a use that identity, the lower room, reports (see `identity.uses`)."""
    record_use(
        [use.subject_id],
        kind=use.kind,
        fields=use.fields,
        entry_id=use.entry_id,
        actor=actor,
        at=at,
        case_number=use.case_number,
        purpose=use.purpose,
        occasion=use.occasion,
    )


@transaction.atomic
def object_to(use_id: UUID, *, text: str, whose: Collection[UUID], actor: Actor) -> Objection:
    """Object to a use of the data of one of `whose`, the subjects that the actor may speak for."""
    use = DataUse.objects.filter(id=use_id, subject_id__in=whose).first()
    if use is None or actor.subject_id is None:
        raise NotFound("没有找到这条用数记录，请从“谁用过我的数据”里打开。")
    words = text.strip()
    if not SHORTEST_OBJECTION <= len(words) <= LONGEST_OBJECTION:
        raise Invalid(f"请用 {SHORTEST_OBJECTION} 至 {LONGEST_OBJECTION} 个字写明有什么疑问。", field="text")
    now = clock.now()
    try:
        with transaction.atomic():
            objection = Objection.objects.create(use=use, text=words, made_by=actor.subject_id, made_at=now)
    except IntegrityError:
        raise Conflict("这条记录您已经提出过异议，我们正在核实，不用再提。") from None
    event = events.DataUseObjected(subject=objection.id, use=use.id, case_number=use.case_number)
    announce(event, actor=actor, at=now)
    return objection
