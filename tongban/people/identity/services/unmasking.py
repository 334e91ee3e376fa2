"""Show an officer somebody's unmasked data: with a privilege, a purpose, and a record."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid
from tongban.foundation.ids import new_id
from tongban.people.identity import events, policy, queries
from tongban.people.identity.actors import Actor
from tongban.people.identity.policies import UNMASK, UnmaskTarget
from tongban.people.identity.purposes import Purpose
from tongban.people.identity.unmasking import FIELDS, may_unmask
from tongban.people.identity.uses import UNMASKED, DataUseReport, report_use


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
    """Return the subject's plain values by field (`name`, `number`, `phone`) and the id of the ledger's entry.

    `also` names, in Chinese, what the calling room shows of the subject besides, which concerns the `others` too. Only
    names of fields are recorded, never values. Raises as `policy.check` does.
    """
    wanted, also = tuple(dict.fromkeys(fields)), tuple(also)
    if unknown := [name for name in wanted if name not in FIELDS]:
        raise Invalid(f"没有“{'、'.join(unknown)}”这个字段，不能查看。", field="fields")
    now, number = clock.now(), purpose.case_number
    target = UnmaskTarget(privileged=may_unmask(actor, subject_id, number))
    policy.check(UNMASK, actor, at=now, purpose=purpose, **target)
    subject = queries.subject(subject_id)
    shown = tuple(dict.fromkeys([*(FIELDS[name] for name in wanted), *also]))
    event = events.Unmasked(subject=subject_id, fields="、".join(shown), case_number=number, purpose=purpose.ground)
    entry_id = new_id()
    for whose, seen in {**dict.fromkeys(others, tuple(dict.fromkeys(also))), subject_id: shown}.items():
        use = DataUseReport(whose, UNMASKED, seen, entry_id, case_number=number, purpose=purpose.ground)
        report_use(use, actor=actor, at=now)
    announce(event, actor=actor, at=now, reason=purpose.reason.strip(), entry_id=entry_id)
    return {name: str(getattr(subject, name)) for name in wanted}, entry_id
