"""What every application calls up and every decision looks for, as prepared statements.

A test compares the rows with what the ORM reads.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from hashlib import blake2b
from uuid import UUID

from tongban.exchange.licences.models import Licence, LicenceType
from tongban.exchange.licences.rules import Status
from tongban.foundation.prepared import Row, fetch, fetch_one
from tongban.foundation.rows import columns, instance, width
from tongban.people.organisation.queries import Department


def valid_rows(holder_id: UUID, type_keys: Collection[str], day: date) -> list[tuple[Licence, bytes]]:
    """Return the holder's newest licence of each type that is valid on the day, and a digest of everything in its row.

    Type and issuer are loaded with it. One query.
    """
    rows = fetch(_statement(), {"holder": holder_id, "types": list(type_keys), "day": day})
    return [(_licence(row), _digest(row)) for row in rows]


def type_with_key(key: str) -> LicenceType | None:
    """Return the registered type with a key, or None."""
    row = fetch_one(_type_statement(), [key])
    return instance(LicenceType, row) if row else None


def issued_for(case_number: str, kind: LicenceType) -> Licence | None:
    """Return the licence of a type that was issued for a case, or None."""
    row = fetch_one(_issued_statement(), [case_number, kind.id])
    return instance(Licence, row) if row else None


def is_number_taken(kind: LicenceType, indexes: list[str]) -> bool:
    """Return whether a licence of the type has a number with one of these blind indexes."""
    return fetch_one(NUMBER, [kind.id, indexes]) is not None


NUMBER = "SELECT 1 FROM licences_licence WHERE type_id = %s AND number_index = ANY(%s) LIMIT 1"


@cache
def _type_statement() -> str:
    return f"SELECT {columns(LicenceType, 't')} FROM licences_licencetype t WHERE t.key = %s"


@cache
def _issued_statement() -> str:
    return f"SELECT {columns(Licence, 'l')} FROM licences_licence l WHERE l.case_number = %s AND l.type_id = %s"


@cache
def _statement() -> str:
    return (
        f"SELECT DISTINCT ON (l.type_id) {columns(Licence, 'l')}, {columns(LicenceType, 't')},"
        f" {columns(Department, 'd')} FROM licences_licence l JOIN licences_licencetype t ON t.id = l.type_id"
        " JOIN organisation_department d ON d.id = l.issuer_id"
        f" WHERE l.holder_id = %(holder)s AND t.key = ANY(%(types)s) AND l.status = '{Status.VALID.value}'"
        " AND l.valid_from <= %(day)s AND (l.valid_until IS NULL OR l.valid_until >= %(day)s)"
        " ORDER BY l.type_id, l.issued_at DESC, l.id DESC"
    )


def _licence(row: Row) -> Licence:
    first, second = width(Licence), width(Licence) + width(LicenceType)
    licence = instance(Licence, row[:first])
    licence.type, licence.issuer = instance(LicenceType, row[first:second]), instance(Department, row[second:])
    return licence


def _digest(row: Row) -> bytes:
    """Return a digest of all values, each with its length, so that no two rows have the same text."""
    digest = blake2b(digest_size=32)
    for value in row:
        content = bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.digest()
