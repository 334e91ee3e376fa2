"""Show an officer somebody's data whole: with privilege, reason and record."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.foundation.identity import events, queries
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.unmasking import FIELDS, may_unmask
from tongban.foundation.identity.uses import Use, tell_use

SHORTEST_REASON, LONGEST_REASON = 6, 200
PURPOSE = "办理核对"


@transaction.atomic
def unmask(
    subject_id: UUID,
    *,
    fields: Iterable[str],
    also: Iterable[str] = (),
    reason: str,
    case_number: str,
    purpose: str = PURPOSE,
    actor: Actor,
) -> tuple[dict[str, str], UUID]:
    """The subject's plain values by field (`name`, `number`, `phone`), and the entry of the ledger that records it.

    `also` names, in Chinese words, what the calling room shows of the same subject besides. What is recorded are the
    names of the fields, never a value.
    """
    words = reason.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise Invalid(
            f"请用 {SHORTEST_REASON} 至 {LONGEST_REASON} 个字写明为什么要看，会记录并供本人查看。", field="reason"
        )
    wanted = tuple(dict.fromkeys(fields))
    if unknown := [name for name in wanted if name not in FIELDS]:
        raise Invalid(f"没有“{'、'.join(unknown)}”这个字段，不能查看。", field="fields")
    if not may_unmask(actor, subject_id, case_number):
        raise NotAllowed("您的部门现在没有在办这个人的这个办件，不能查看完整信息。")
    subject, now = queries.subject(subject_id), clock.now()
    shown = tuple(dict.fromkeys([*(FIELDS[name] for name in wanted), *also]))
    event = events.Unmasked(subject=subject_id, fields="、".join(shown), case_number=case_number, purpose=purpose)
    entry_id = announce(event, actor=actor, at=now, reason=words)
    use = Use(subject_id, "unmasked", shown, entry_id, case_number=case_number, purpose=purpose)
    tell_use(use, actor=actor, at=now)
    return {name: str(getattr(subject, name)) for name in wanted}, entry_id
