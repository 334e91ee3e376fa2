"""Registers and retires witnesses, and accepts their valid cosignatures."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.texts import is_line
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import keys
from tongban.trust.ledger.events import WitnessAdded, WitnessRetired
from tongban.trust.ledger.models import Cosignature, Head, Witness
from tongban.trust.ledger.queries import heads
from tongban.trust.ledger.services.recording import record
from tongban.trust.ledger.statements import from_moment


class WitnessRefused(Invalid):
    code = "witness-refused"
    message = "见证方的登记信息有误。"


class CosignatureRefused(Invalid):
    """The cosignature is invalid. The message does not say why, since the sender is not authenticated."""

    code = "cosignature-refused"
    message = "见证签名未被接受：见证方未登记或已停用，树头不是本平台签发的，或签名不符。"


@dataclass(frozen=True)
class SubmittedCosignature:
    """A cosignature as submitted; not verified yet."""

    witness: str
    size: int
    root: bytes
    at: str
    signature: bytes


@transaction.atomic
def add_witness(name: str, pem: str, *, reason: str, actor: EventActor) -> Witness:
    """Register a witness with its public key in PEM. Raises WitnessRefused, or Conflict when the name is taken."""
    if not name.strip() or len(name) > 60 or not is_line(name):
        raise WitnessRefused("请写明见证方的名称（1 到 60 个字符）。", field="name")
    if not reason.strip():
        raise WitnessRefused("请写明登记这个见证方的理由。", field="reason")
    try:
        public = keys.read_public(pem)
    except keys.NotAKey:
        raise WitnessRefused("没有读到 SM2 公钥，请提供 PEM 格式的公钥文件。", field="pem") from None
    if Witness.objects.filter(name=name).exists():
        raise Conflict(f"已有名为“{name}”的见证方；换公钥请用新名称登记。")
    at = clock.now()
    witness = Witness.objects.create(name=name, public_key=public, added_at=at)
    record(WitnessAdded(subject=witness.id, key_digest=crypto.digest(public).hex()), actor=actor, at=at, reason=reason)
    return witness


@transaction.atomic
def retire_witness(name: str, *, reason: str, actor: EventActor) -> None:
    """Retire a witness. Its cosignatures stay stored but are no longer shown, and no new one is accepted.

    Raises NotFound when no such witness is active, and WitnessRefused without a reason.
    """
    witness = Witness.objects.select_for_update().filter(name=name, retired_at=None).first()
    if witness is None:
        raise NotFound(f"没有在用的见证方“{name}”。")
    if not reason.strip():
        raise WitnessRefused("请写明停用这个见证方的理由。", field="reason")
    witness.retired_at = clock.now()
    witness.save(update_fields=["retired_at"])
    record(WitnessRetired(subject=witness.id), actor=actor, at=witness.retired_at, reason=reason)


@transaction.atomic
def accept_cosignature(offered: SubmittedCosignature) -> Cosignature:
    """Store an active witness's valid cosignature of one of this platform's heads. Raises CosignatureRefused.

    If the witness signed the same head before, the first cosignature stays.
    """
    witness = Witness.objects.filter(name=offered.witness, retired_at=None).first()
    head = Head.objects.filter(size=offered.size).first()
    at = _moment(offered.at)
    if witness is None or head is None or at is None or bytes(head.root) != offered.root:
        raise CosignatureRefused
    statement = heads.tree_head(head).witnessed(witness.name, offered.at)
    if not crypto.verify(bytes(witness.public_key), statement, offered.signature):
        raise CosignatureRefused
    kept, _ = Cosignature.objects.get_or_create(
        witness=witness, head=head, defaults={"at": at, "signature": offered.signature}
    )
    return kept


def _moment(text: str) -> datetime | None:
    try:
        return from_moment(text)
    except ValueError:
        return None
