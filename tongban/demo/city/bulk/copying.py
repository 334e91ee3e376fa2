"""COPY of rows of our models in PostgreSQL's binary form; encrypted columns are sealed for their row.

A row is made of cells: the length of a column's content and the content itself, in the form of its type's `recv`
function (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
"""

import json
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models
from psycopg import sql
from psycopg.adapt import Dumper
from psycopg.pq import Format

from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.fields import EncryptedField
from tongban.trust.ledger.folds import ORDER, ROWS, Fold, folds
from tongban.trust.ledger.models import Entry

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
JSON_VERSION = b"\x01"
CONTENT: dict[str, Callable[[Any], bytes]] = {
    "uuid": lambda value: value.bytes,
    "varchar": str.encode,
    "text": str.encode,
    "bytea": bytes,
    "jsonb": lambda value: JSON_VERSION + json.dumps(value, ensure_ascii=False).encode(),
    "timestamp with time zone": lambda value: struct.pack(">q", (value - EPOCH) // MICROSECOND),
    "date": lambda value: struct.pack(">i", (value - EPOCH.date()).days),
    "boolean": lambda value: b"\x01" if value else b"\x00",
    "smallint": struct.Struct(">h").pack,
    "integer": struct.Struct(">i").pack,
    "bigint": struct.Struct(">q").pack,
}
"""Type of a column -> the content of a cell."""
UUID_SIZE = (16).to_bytes(4, "big")
TIME = struct.Struct(">iq")
"""A cell of a moment: its length, and microseconds since EPOCH."""


@cache
def columns_of(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """The columns that are written: all but keys that the database counts."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


def head_of(model: type[models.Model]) -> bytes:
    """What a row begins with: how many columns it has."""
    return len(columns_of(model)).to_bytes(2, "big")


def cell(content: bytes) -> bytes:
    """A content as it stands in a row."""
    return len(content).to_bytes(4, "big") + content


def cell_of(field: "models.Field[Any, Any]", value: object) -> bytes:
    """A value in the form of the column's type; encrypted columns take what is sealed already."""
    return NULL if value is None else cell(CONTENT[_type_of(field)](value))


class Cell(NamedTuple):
    """A content in the form of its column's type, for a statement of its own: see `CellDumper`."""

    content: bytes


class CellDumper(Dumper):
    """Sends a cell as it is; the server knows the column's type."""

    format = Format.BINARY

    def dump(self, obj: Cell) -> bytes:
        return obj.content


def cells_of(row: bytes) -> tuple[Cell | None, ...]:
    """A row's cells apart, None where there is no value."""
    found: list[Cell | None] = []
    start = 2
    while start < len(row):
        size = int.from_bytes(row[start : start + 4], "big", signed=True)
        start += 4
        found.append(None if size < 0 else Cell(row[start : start + size]))
        start += max(size, 0)
    return tuple(found)


def place_of(model: type[models.Model], column: str, key: UUID | str) -> bytes:
    """To which table, column and row a sealed value is bound; the row's key stands last."""
    return f"{model._meta.db_table}.{column}|{key}".encode()


def row_of(instance: models.Model) -> bytes:
    """An unsaved instance as a row for COPY."""
    model = type(instance)
    cells = [head_of(model)]
    for field in columns_of(model):
        value = getattr(instance, field.attname)
        if isinstance(field, EncryptedField) and value is not None:
            place = place_of(model, str(field.column), instance.pk)
            value = crypto.encrypt(field.to_text(value).encode(), bound_to=place, purpose=field.purpose)
        cells.append(cell_of(field, value))
    return b"".join(cells)


def copy(model: type[models.Model], rows: Iterable[bytes]) -> None:
    """Write the rows in the caller's transaction."""
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in columns_of(model)])
    table = sql.Identifier(model._meta.db_table)
    prepared = b"".join(rows)  # sealing may look up a key, and COPY keeps the connection to itself until it ends
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, columns)
    with connection.cursor() as cursor:
        if model is Entry:
            cursor.execute(STAGE)
            statement = sql.SQL("COPY bulk_entry ({}) FROM STDIN (FORMAT BINARY)").format(columns)
        with cursor.cursor.copy(statement) as out:
            out.write(HEAD)
            out.write(prepared)
            out.write(END)
        if model is Entry:
            cursor.execute("ANALYZE bulk_entry")
            cursor.execute(_from_stage())
            cursor.execute("TRUNCATE bulk_entry")


STAGE = """
CREATE TEMP TABLE IF NOT EXISTS bulk_entry (LIKE ledger_entry);
CREATE INDEX IF NOT EXISTS bulk_entry_subject ON bulk_entry (subject, id);
"""


@cache
def _from_stage() -> str:
    """Entries into the ledger. The last of each subject that accounts for rows carries them, as a service's would."""
    tables = ", ".join(
        f"'{fold.table}', CASE WHEN {_is_last(fold)} THEN {fold.snapshot_sql()} END"
        for fold in folds()
        if fold.of == "subject"
    )
    covered = sorted({name for fold in folds() if fold.of == "subject" for name in fold.types})
    names = ", ".join(f"'{name}'" for name in covered)
    return (
        "INSERT INTO ledger_entry (id, type, version, subject, actor, principal, at, reason, payload)"
        " SELECT e.id, e.type, e.version, e.subject, e.actor, e.principal, e.at, e.reason,"
        f" CASE WHEN e.type IN ({names}) THEN e.payload || jsonb_build_object('{ROWS}', jsonb_strip_nulls("
        f"jsonb_build_object('{ORDER}', nextval('ledger_fold_order'), {tables}))) ELSE e.payload END"
        " FROM bulk_entry e ORDER BY e.id"
    )


def _is_last(fold: Fold) -> str:
    names = ", ".join(f"'{name}'" for name in fold.types)
    if fold.also:  # a subject has several, each with entries of its own
        return f"e.type IN ({names})"
    return (
        f"e.type IN ({names}) AND NOT EXISTS (SELECT FROM bulk_entry o WHERE o.subject = e.subject AND o.id > e.id"
        f" AND o.type IN ({names}))"
    )


@cache
def _type_of(field: "models.Field[Any, Any]") -> str:
    return (field.db_type(connection) or "text").partition("(")[0]
