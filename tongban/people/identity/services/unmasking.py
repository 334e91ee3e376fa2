"""Show an officer somebody's data whole: with privilege, purpose and record."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid
from tongban.foundation.ids import new_id
from tongban.people.identity import events, policy, queries
from tongban.people.identity.actors import Actor
from tongban.people.identity.policies import UNMASK
from tongban.people.identity.purposes import Purpose
from tongban.people.identity.unmasking import FIELDS, may_unmask
from tongban.people.identity.uses import DataUseReport, report_use


@transaction.atomic
def unmask(
    subject_id: UUID,
    *,
    fields: Iterable[str],
    also: Iterable[str] = (),
    others: Iterable[UUID] = (),
    purpose: Purpose,
    actor: Actor,
) -> tuple[dict[str, str], UUID]:
    """The subject's plain values by field (`name`, `number`, `phone`), and the entry of the ledger that records it.

    `also` names, in Chinese words, what the calling room shows of the same subject besides; it concerns the `others`
    too. What is recorded are the names of the fields, never a value.
    """
    wanted, also = tuple(dict.fromkeys(fields)), tuple(also)
    if unknown := [name for name in wanted if name not in FIELDS]:
        raise Invalid(f"没有“{'、'.join(unknown)}”这个字段，不能查看。", field="fields")
    now, number = clock.now(), purpose.case_number
    policy.check(UNMASK, actor, at=now, purpose=purpose, privileged=may_unmask(actor, subject_id, number))
    subject = queries.subject(subject_id)
    shown = tuple(dict.fromkeys([*(FIELDS[name] for name in wanted), *also]))
    event = events.Unmasked(subject=subject_id, fields="、".join(shown), case_number=number, purpose=purpose.ground)
    entry_id = new_id()
    for whose, seen in {**dict.fromkeys(others, tuple(dict.fromkeys(also))), subject_id: shown}.items():
        use = DataUseReport(whose, "unmasked", seen, entry_id, case_number=number, purpose=purpose.ground)
        report_use(use, actor=actor, at=now)
    announce(event, actor=actor, at=now, reason=purpose.reason.strip(), entry_id=entry_id)
    return {name: str(getattr(subject, name)) for name in wanted}, entry_id
