"""Record evidence of who somebody is (实名核验)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity import services as identities
from tongban.foundation.identity.actors import Actor
from tongban.foundation.signin import events
from tongban.foundation.signin.models import Proof
from tongban.foundation.signin.rules import PROOFS, phone_in


@transaction.atomic
def record_proof(
    subject_id: UUID,
    *,
    level: int,
    kind: str,
    actor: Actor,
    adapter: str = "",
    reference: str = "",
    until: datetime | None = None,
) -> Proof:
    """The subject proved who it is, by evidence of a kind (`rules.PROOFS`), which gives at most its level.

    `adapter` says which one or whose act it was, `reference` is the other side's opaque number: no personal data.
    """
    if kind not in PROOFS or not 0 <= level <= PROOFS[kind][0]:
        raise Invalid("这种核验方式达不到这一实名等级，请换一种方式核验。")
    subject = identity.subject(subject_id)
    now = clock.now()
    proof = Proof.objects.create(
        subject_id=subject.id, level=level, kind=kind, adapter=adapter, reference=reference, at=now, until=until
    )
    event = events.ProofRecorded(subject=subject.id, level=level, kind=kind, adapter=adapter)
    announce(event, actor=actor, at=now)
    return proof


@transaction.atomic
def prove_at_window(subject_id: UUID, *, by_chip: bool, phone: str = "", actor: Actor) -> Proof:
    """A clerk compared the person with his document: L2, with the document's chip read L3.

    `phone` names an account that was opened under a name only, and is his from now on.
    """
    if not any(post.kind == "window" for post in actor.posts):
        raise NotAllowed("窗口核验由窗口岗位的工作人员进行。")
    if phone.strip():
        account = identity.account_by_phone(phone_in(phone)) if phone_in(phone) else None
        if account is None:
            raise Invalid("没有找到用这个手机号登录的账号，请核对手机号；没有注册过的，留空即可。", field="phone")
        identities.bind_account(account.id, subject_id=subject_id, actor=actor)
    return record_proof(
        subject_id, level=3 if by_chip else 2, kind="window", adapter=actor.name_for_record, actor=actor
    )
