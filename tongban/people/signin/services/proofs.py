"""Record evidence of identity (实名核验) for the account with which it was given."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.signin import events
from tongban.people.signin.models import Proof
from tongban.people.signin.rules import PROOFS, SELF_PROVING, ProofKind


@transaction.atomic
def record_proof(
    subject_id: UUID,
    *,
    account_id: UUID | None = None,
    level: int,
    kind: str,
    actor: Actor,
    adapter: str = "",
    reference: str = "",
    until: datetime | None = None,
    counts_from: datetime | None = None,
    reason: str = "",
) -> Proof:
    """Record that the subject proved who they are. `level` is at most what the kind allows (`rules.PROOFS`).

    It counts for the given account. Without one, it belongs to somebody without an account and gives nothing to an
    account that is opened later. Evidence that only the person can give makes an account for a post their own.
    `adapter` names the source or the officer, `reference` is the source's opaque number: no personal data. Raises
    Invalid.
    """
    if kind not in PROOFS or not 0 <= level <= PROOFS[ProofKind(kind)][0]:
        raise Invalid("这种核验方式达不到这一实名等级，请换一种方式核验。")
    subject = identity.subject(subject_id)
    now = clock.now()
    account = identity.account_of(account_id) if account_id else None
    if account is not None and account.subject_id != subject.id:
        raise Invalid("这个账号不在本人名下，不能记录核验。")
    if account is not None and account.own_from is None:
        if kind not in SELF_PROVING:
            raise Invalid("这个账号是单位为岗位开立的，请用国家网络身份认证、国家政务服务平台，或带身份证到窗口核验。")
        identities.make_own(account.id, since=counts_from or now, actor=actor)
    proof = Proof.objects.create(
        subject_id=subject.id,
        account=account,
        level=level,
        kind=kind,
        adapter=adapter,
        reference=reference,
        at=now,
        counts_from=counts_from,
        until=until,
    )
    event = events.ProofRecorded(
        subject=subject.id,
        level=level,
        kind=kind,
        adapter=adapter,
        account=str(account_id or ""),
        counts_from=counts_from.isoformat() if counts_from else "",
    )
    announce(event, actor=actor, at=now, reason=reason)
    return proof
