"""Statements that PostgreSQL parses and plans once for each connection, for the few paths where that is measurable.

Django's own cursor writes the parameters into the text, so that the database parses and plans each statement again. For
short statements that is most of their cost. These are sent apart from their parameters on the same connection, and so
in the same transaction. They are counted and logged like all others. A rollback makes the driver forget what it has
prepared; the next use prepares it again.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import connection, models

Row = tuple[Any, ...]
M = TypeVar("M", bound=models.Model)


class _PreparedCursor(psycopg.Cursor[Row]):
    """Binds the parameters on the server and prepares each statement at its first use."""

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> Any:
        """Decide for each statement that it is prepared. Django's log of queries shows it as `_query`."""
        self._query = pgq
        return super()._get_prepared(pgq, prepare=True)


def fetch(statement: str, params: Sequence[object]) -> list[Row]:
    """Run a prepared statement and return its rows."""
    with _cursor() as cursor:
        cursor.execute(statement, params)
        found: list[Row] = cursor.fetchall()
        return found


def run(statement: str, params: Sequence[object]) -> None:
    """Run a prepared statement that returns no rows."""
    with _cursor() as cursor:
        cursor.execute(statement, params)


def fetch_one(statement: str, params: Sequence[object]) -> Row | None:
    """Run a prepared statement and return its first row, or None."""
    rows = fetch(statement, params)
    return rows[0] if rows else None


def _cursor() -> Any:
    """Return a prepared cursor on the connection of this thread, wrapped like Django's own."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    django: Any = connection  # `_prepare_cursor`, which wraps a cursor, is not part of its documented interface
    raw = connection.connection
    if raw.prepare_threshold is None:  # Django's default; its own cursors never prepare anything
        raw.prepare_threshold = 1
    with connection.wrap_database_errors:
        return django._prepare_cursor(_PreparedCursor(raw))


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """Return the columns of a model as `instance` expects them, for a table that the statement calls `alias`."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def width(model: type[models.Model]) -> int:
    """Return how many values `instance` takes."""
    return len(model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[object]) -> M:
    """Return the instance that the ORM would make of these values, which were selected as `columns` says."""
    names, converters = _shape(model)
    row = list(values)
    for place, convert in converters:
        row[place] = convert(row[place], None, connection)
    return model.from_db(connection.alias, names, row)


def instances(model: type[M], rows: Iterable[Sequence[object]]) -> list[M]:
    """Return an instance for each row, as `instance` does."""
    return [instance(model, row) for row in rows]


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """Return the names of a model's fields, and (place, converter) of those that the ORM converts after reading."""
    fields = model._meta.concrete_fields
    converters = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converters
