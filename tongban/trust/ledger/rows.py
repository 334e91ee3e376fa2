"""Turns database rows into public leaves. Uses SQL without ORM instances, since millions of rows pass through here."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.fields import EncryptedField, Sealed
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.ledger.leaves import Content, public_leaf
from tongban.trust.ledger.merkle import leaf_hash
from tongban.trust.ledger.models import Entry

COLUMNS = """e.id::text, e.type, e.version, e.subject::text, e.actor, coalesce(e.principal::text, ''),
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.reason, e.payload::text"""
"""The columns of `Row`, selected from `ledger_entry e`. Leaves use PostgreSQL's text form of jsonb, which is unique for
each value."""
log = logging.getLogger("tongban.ledger")


class Row(NamedTuple):
    """An entry as `COLUMNS` selects it; `reason` is still encrypted."""

    id: str
    type: str
    version: int
    subject: str
    actor: str
    principal: str
    at: str
    reason: bytes
    payload: str


def salt_of(entry_id: UUID | str) -> bytes:
    """Return the secret salt of an entry's public leaf, 32 bytes. It is derived from a key and stored nowhere."""
    return crypto.salt_for("ledger-leaf", str(entry_id))


def content_of(row: Row) -> Content:
    """Return the texts that are salted. A reason that cannot be decrypted becomes None, which shows in the leaf."""
    try:
        reason = Sealed(row.reason, _reason_field).open(row.id)
    except (Tampered, UnicodeDecodeError):
        log.error("the reason of entry %s does not open", row.id)
        reason = None
    return Content(row.subject, row.actor, row.principal, reason, row.payload)


def leaf_of(row: Row) -> str:
    """Return the public leaf of a row in its current state."""
    return public_leaf(
        id=row.id, type=row.type, version=row.version, at=row.at, content=content_of(row), salt=salt_of(row.id)
    )


def leaves_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[str | None]:
    """Yield the public leaf of each row fetched with `COLUMNS`; None where the entry is gone (all NULL)."""
    for row in rows:
        yield None if row[0] is None else leaf_of(Row(*row))


def newest_leaf_holds() -> bool | None:
    """Return whether the current salt key reproduces some of the newest leaves; None while there is no leaf.

    This detects a wrong key at start. Altered entries are found by `ledger check`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, l.hash FROM (SELECT * FROM ledger_leaf ORDER BY position DESC LIMIT 20) l"
            " JOIN ledger_entry e ON e.id = l.entry_id"
        )
        found = cursor.fetchall()
    held = [
        leaf_hash(leaf_of(Row(*row[:-1])).encode()) == bytes(row[-1])
        for row in found
        if content_of(Row(*row[:-1])).reason is not None
    ]
    return any(held) if held else None


_field = Entry._meta.get_field("reason")
assert isinstance(_field, EncryptedField)
_reason_field = _field
