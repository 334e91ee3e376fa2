"""COPY of rows of our models, in PostgreSQL's binary form; encrypted columns are sealed for their row."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

from tongban.foundation.crypto import services as crypto
from tongban.foundation.crypto.fields import EncryptedField


@cache
def columns_of(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """The columns that are written: all but keys that the database counts."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


def place_of(model: type[models.Model], column: str, key: UUID | str) -> bytes:
    """To which table, column and row a sealed value is bound; the row's key stands last."""
    return f"{model._meta.db_table}.{column}|{key}".encode()


def sealed(model: type[models.Model], column: str, key: UUID, text: str) -> bytes:
    """A text as it lies in an encrypted column."""
    return crypto.encrypt(text.encode(), bound_to=place_of(model, column, key), purpose=model._meta.app_label)


def row_of(instance: models.Model) -> tuple[Any, ...]:
    """An unsaved instance as a row for COPY."""
    values: list[Any] = []
    for field in columns_of(type(instance)):
        value = getattr(instance, field.attname)
        if isinstance(field, EncryptedField):
            value = sealed(type(instance), str(field.column), instance.pk, field.to_text(value))
        elif isinstance(field, models.JSONField):
            value = Jsonb(value)
        values.append(value)
    return tuple(values)


def copy(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> None:
    """Write the rows in the caller's transaction."""
    fields = columns_of(model)
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
    table = sql.Identifier(model._meta.db_table)
    prepared = list(rows)  # sealing may look up a key, and COPY keeps the connection to itself until it ends
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, columns)
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as out:
        out.set_types([_type_of(field) for field in fields])
        for row in prepared:
            out.write_row(row)


def _type_of(field: "models.Field[Any, Any]") -> str:
    return (field.db_type(connection) or "text").partition("(")[0]
