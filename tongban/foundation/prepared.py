"""Statements that PostgreSQL parses and plans once for each connection, for the few paths where that is measurable.

Django's own cursor writes the parameters into the text, so that the database parses and plans each statement again. For
short statements that is most of their cost. These are sent apart from their parameters on the same connection, and so
in the same transaction. They are counted and logged like all others. A rollback makes the driver forget what it has
prepared; the next use prepares it again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]
Params = Sequence[object] | Mapping[str, object]


class _PreparedCursor(psycopg.Cursor[Row]):
    """Binds the parameters on the server and prepares each statement at its first use."""

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> Any:
        """Decide for each statement that it is prepared. Django's log of queries shows it as `_query`."""
        self._query = pgq
        return super()._get_prepared(pgq, prepare=True)


def fetch(statement: str, params: Params) -> list[Row]:
    """Run a prepared statement and return its rows."""
    with _cursor() as cursor:
        cursor.execute(statement, params)
        found: list[Row] = cursor.fetchall()
        return found


def run(statement: str, params: Params) -> int:
    """Run a prepared statement that returns no rows; return how many rows it concerned."""
    with _cursor() as cursor:
        cursor.execute(statement, params)
        concerned: int = cursor.rowcount
        return concerned


def fetch_one(statement: str, params: Params) -> Row | None:
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
