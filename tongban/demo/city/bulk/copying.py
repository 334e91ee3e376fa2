"""Write rows of models with COPY in PostgreSQL's binary format; encrypted columns are bound to their row.

A row consists of cells: the length of a column's content, then the content in the format of the type's `recv` function
(https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
"""

import json
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeAlias
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
"""Type of a column -> function from a value to the content of a cell."""
UUID_SIZE = (16).to_bytes(4, "big")
TIME = struct.Struct(">iq")
"""The cell of a timestamp: its length, and microseconds since EPOCH."""
Column: TypeAlias = "models.Field[Any, Any]"


@cache
def columns_of(model: type[models.Model]) -> tuple[Column, ...]:
    """Return the columns to write: all except keys that the database generates."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


def head_of(model: type[models.Model]) -> bytes:
    """Return the start of a row: the number of its columns."""
    return len(columns_of(model)).to_bytes(2, "big")


def cell(content: bytes) -> bytes:
    """Return the cell for a content: its length and the content."""
    return len(content).to_bytes(4, "big") + content


def cell_of(field: Column, value: object) -> bytes:
    """Return the cell for a value of a column. Values of encrypted columns must already be encrypted."""
    return NULL if value is None else cell(CONTENT[_type_of(field)](value))


class Cell(NamedTuple):
    """A content in the binary format of its column, for use as a parameter of a statement (see `CellDumper`)."""

    content: bytes


class CellDumper(Dumper):
    """Sends a cell unchanged; the server knows the column's type."""

    format = Format.BINARY

    def dump(self, obj: Cell) -> bytes:
        return obj.content


def cells_of(row: bytes) -> tuple[Cell | None, ...]:
    """Split a row into its cells, with None for NULL."""
    found: list[Cell | None] = []
    start = 2
    while start < len(row):
        size = int.from_bytes(row[start : start + 4], "big", signed=True)
        start += 4
        found.append(None if size < 0 else Cell(row[start : start + size]))
        start += max(size, 0)
    return tuple(found)


def place_of(model: type[models.Model], column: str, key: UUID | str) -> bytes:
    """Return the table, column and row to which an encrypted value is bound; the row's key comes last."""
    return f"{model._meta.db_table}.{column}|{key}".encode()


def row_of(instance: models.Model) -> bytes:
    """Convert an unsaved instance to a row for COPY."""
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
    """Write rows in the caller's transaction."""
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in columns_of(model)])
    table = sql.Identifier(model._meta.db_table)
    prepared = b"".join(rows)  # first, because encryption may look up a key, and COPY occupies the connection
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
    """Return the statement that moves staged entries into the ledger.

    The last entry of a subject that accounts for rows contains those rows, as an entry of a service would.
    """
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
    if fold.also:  # a subject has several such rows, each with its own entries
        return f"e.type IN ({names})"
    return (
        f"e.type IN ({names}) AND NOT EXISTS (SELECT FROM bulk_entry o WHERE o.subject = e.subject AND o.id > e.id"
        f" AND o.type IN ({names}))"
    )


@cache
def _type_of(field: Column) -> str:
    return (field.db_type(connection) or "text").partition("(")[0]
