"""Facts about the database for the manifest: its size, its migrations, and the number of rows in each table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

Rows = dict[str, tuple[int, bool]]
"""The number of rows of each table, and whether the table is append-only."""
_TABLES = """
SELECT c.relname, EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid::regproc::text = 'refuse_change')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
"""


def rows() -> Rows:
    """Count the rows of every table."""
    with connection.cursor() as cursor:
        return _counted(cursor)


def _counted(cursor: Any) -> Rows:
    cursor.execute(_TABLES)
    found = {}
    for name, growing in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        found[name] = (cursor.fetchone()[0], growing)
    return found


def between(before: Rows, after: Rows) -> dict[str, list[int]]:
    """Return the [minimum, maximum] number of rows of each table in a copy made between two counts.

    The bounds are exact for append-only tables. For others they leave a margin for rows that were added and deleted.
    """
    found = {}
    for name, (first, growing) in before.items():
        second = after.get(name, (first, growing))[0]
        room = 0 if growing else max(100, first // 20)
        found[name] = [max(0, min(first, second) - room), max(first, second) + room]
    return found


@contextmanager
def snapshot(url: str) -> Iterator[tuple[str, dict[str, list[int]]]]:
    """Export a snapshot for another session; yield its name and the exact number of rows of each table in it."""
    with psycopg.connect(url) as own:
        own.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = own.execute("SELECT pg_export_snapshot()").fetchone()
        with own.cursor() as cursor:
            counts = {name: [count, count] for name, (count, _) in _counted(cursor).items()}
        yield (row[0] if row else ""), counts


def migrations() -> dict[str, str]:
    """Return the last applied migration of each app."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return dict(applied)


def database_size(*, whole_cluster: bool) -> int:
    """Return the size of the database, or of all databases in the cluster, in bytes."""
    of = "sum(pg_database_size(oid))" if whole_cluster else "pg_database_size(current_database())"
    source = " FROM pg_database" if whole_cluster else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {of}{source}")
        return int(cursor.fetchone()[0])
