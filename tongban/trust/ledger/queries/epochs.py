"""Declared epochs (restores from backups), and the check that tree and declarations agree."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.events import EpochOpened
from tongban.trust.ledger.models import Epoch
from tongban.trust.ledger.queries import tree
from tongban.trust.ledger.statements import EpochStatement, ServedEpochJson, moment


def declared_epochs() -> list[Epoch]:
    """Return all declarations, oldest first; a ledger that was never restored has none."""
    return list(Epoch.objects.order_by("number"))


def begins_with(size: int, root: bytes) -> bool:
    """Return whether the tree begins with a tree of this size and root."""
    try:
        return 0 < size <= tree.size() and tree.root(size) == root
    except tree.TreeBroken:
        return False


def statement_of(epoch: Epoch) -> EpochStatement:
    """Return a stored declaration in the form that was signed."""
    return EpochStatement(
        epoch.number, epoch.size, bytes(epoch.root), moment(epoch.at), str(epoch.entry_id), epoch.backup, epoch.who,
        epoch.reason,
    )  # fmt: skip


def epoch_as_json(epoch: Epoch) -> ServedEpochJson:
    """Return a declaration as the public interface serves it."""
    return {**statement_of(epoch).as_json(), "signature": bytes(epoch.signature).hex(), "key_id": epoch.key_id}


def findings() -> Iterator[str]:
    """Compare declarations with the tree and with entries, in both directions.

    If a later restore kept less than an earlier one, the earlier declaration has legitimately lost its own leaf.
    """
    declared = declared_epochs()
    for position, one in enumerate(declared):
        what = f"ledger: epoch {one.number}"
        if one.number != position + 2:
            yield f"{what} is declared, but epoch {position + 2} is not"
        key = crypto.stored_public_key(one.key_id)
        if key is None or not crypto.verify(key, statement_of(one).statement(), bytes(one.signature)):
            yield f"{what}: the signature of its declaration does not hold"
        if any(later.size <= one.size for later in declared[position + 1 :]):
            continue
        try:
            if tree.root(one.size) != bytes(one.root):
                yield f"{what}: the root that it declared is not that of the first {one.size} leaves"
        except tree.TreeBroken:
            yield f"{what}: the first {one.size} leaves are not whole"
        if _entry_at(one.size) != one.entry_id:
            yield f"{what}: position {one.size} is not the entry that records its declaration"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_entry WHERE type = %s AND id <> ALL(%s::uuid[]) ORDER BY id",
            [EpochOpened.type_name(), [one.entry_id for one in declared]],
        )
        yield from (f"ledger: entry {one} records an epoch whose declaration is gone" for (one,) in cursor.fetchall())


def _entry_at(position: int) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM ledger_leaf WHERE position = %s", [position])
        row = cursor.fetchone()
    return row[0] if row else None
