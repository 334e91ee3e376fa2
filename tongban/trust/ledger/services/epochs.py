"""Declares a restore from a backup: a signed epoch that is recorded as the next leaf and can never be withdrawn."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.errors import Invalid
from tongban.foundation.ids import new_id
from tongban.foundation.locks import hold_number
from tongban.foundation.texts import is_line
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.events import EpochOpened
from tongban.trust.ledger.models import Epoch, Head
from tongban.trust.ledger.queries import epochs, heads, tree
from tongban.trust.ledger.services.recording import record
from tongban.trust.ledger.services.sequencing import LOCK, Sequencer
from tongban.trust.ledger.statements import EpochStatement, TreeHead, epoch_from, from_moment, moment, text_in


class EpochRefused(Invalid):
    code = "epoch-refused"
    message = "恢复声明的内容不完整，不能写入账本。"


@transaction.atomic
def open_epoch(
    *, backup: str, who: str, reason: str, actor: EventActor, earlier: Iterable[Mapping[str, object]] = ()
) -> Epoch:
    """Declare that the ledger was restored from a backup, and sign the first head of the new epoch.

    `earlier` holds declarations (as JSON) that were made after the backup, so that a second restore hides none of them.
    The declaration becomes the first leaf after the kept ones; pending entries get their positions after it.

    Raises EpochRefused when a text is missing, the ledger is empty, or an earlier declaration is invalid.
    """
    for name, text, longest in (("who", who, 80), ("reason", reason, 300)):
        if not text.strip() or len(text) > longest or not is_line(text):
            raise EpochRefused(f"请写明是谁恢复的（--who）和原因（--reason）：一行文字，{longest} 字以内。", field=name)
    hold_number(LOCK)
    _carry_over(earlier)
    size = tree.size()
    if size == 0:
        raise EpochRefused("账本里还没有记录，没有什么可以恢复声明。")
    at, root = clock.now(), tree.root(size)
    _sign_head(size, root, at)
    newest = Epoch.objects.order_by("-number").first()
    number = newest.number + 1 if newest else 2
    event = EpochOpened(subject=new_id(), number=number, size=size, root=root.hex(), backup=backup)
    entry_id = record(event, actor=actor, at=at, reason=reason)
    Sequencer().place(entry_id)
    declared = EpochStatement(number, size, root, moment(at), str(entry_id), backup, who, reason)
    epoch = _keep(declared, crypto.sign(heads.KEY_ID, declared.statement()), heads.KEY_ID)
    _sign_head(size + 1, tree.root(size + 1), at)
    return epoch


def _sign_head(size: int, root: bytes, at: datetime) -> None:
    if not Head.objects.filter(size=size).exists():
        signature = crypto.sign(heads.KEY_ID, TreeHead(size, root, moment(at)).statement())
        Head.objects.create(size=size, root=root, at=at, signature=signature, key_id=heads.KEY_ID)


def _carry_over(earlier: Iterable[Mapping[str, object]]) -> None:
    """Store declarations that the backup lacks. Raises EpochRefused for one that this platform has not signed."""
    known = {one.number: epochs.statement_of(one) for one in Epoch.objects.all()}
    try:
        given = sorted(
            ((epoch_from(one), bytes.fromhex(text_in(one, "signature")), str(one["key_id"])) for one in earlier),
            key=lambda one: one[0].number,
        )
    except (ValueError, KeyError, TypeError):
        raise EpochRefused("以前的恢复声明读不懂，请重新取一份（/ledger/epochs）。") from None
    for declared, signature, key_id in given:
        key = crypto.stored_public_key(key_id)
        if key is None or not crypto.verify(key, declared.statement(), signature):
            raise EpochRefused(f"第 {declared.number} 期的恢复声明不是本平台签的，请核对文件。")
        if declared.number not in known:
            _keep(declared, signature, key_id)
        elif known[declared.number] != declared:
            raise EpochRefused(
                f"第 {declared.number} 期有两份不同的恢复声明：{json.dumps(declared.backup)}。请先查明哪一份是真的。"
            )


def _keep(declared: EpochStatement, signature: bytes, key_id: str) -> Epoch:
    return Epoch.objects.create(
        number=declared.number,
        size=declared.size,
        root=declared.root,
        at=from_moment(declared.at),
        entry_id=UUID(declared.entry),
        backup=declared.backup,
        who=declared.who,
        reason=declared.reason,
        signature=signature,
        key_id=key_id,
    )
