"""For tests: build the data that many tests start from once per process, and restore it for the others.

`remembered` runs a function the first time and keeps the rows and files that it wrote. When the database is in the same
state as before that run, it restores those rows by COPY and returns the same result. If anything differs (keys, the
day, a clock that a test set), the function runs again.

`empty_quickly` does the same for the emptied database after transactional tests: it restores only the tables that a
test changed, instead of truncating every table and recreating every key, permission and calendar.

`together` runs functions at the same moment, for tests of races.
"""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, connections, transaction
from django.test import TransactionTestCase

from tongban.foundation import clock
from tongban.foundation.errors import DomainError

TTL = timedelta(minutes=30)
"""Rows older than this are built again, because the times in them should be close to the time of the test."""
MAX_ENTRIES = 12
_TEAR_DOWN = "_fixture_teardown"
"""A private method of Django's, unknown to its type stubs."""
T = TypeVar("T")
State = dict[str, tuple[int, str]]
"""For each table the number of its rows and a digest of their content."""


@dataclass(frozen=True)
class Rows:
    """The content of whole tables, and the positions of all sequences."""

    tables: dict[str, bytes]
    sequences: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Kept:
    """What a function returned and wrote, and when it ran."""

    at: datetime
    result: Any
    rows: Rows
    files: dict[str, bytes]


_kept: dict[tuple[object, ...], Kept] = {}
emptied: list[Callable[[], None]] = []
"""Functions that drop what a process has cached of the rows; called after a transactional test's rows are deleted."""


def together(*works: Callable[[], T]) -> list[T | DomainError]:
    """Run all at the same moment, each in a thread with connections of its own. Return their results in order.

    A refusal is a result. Any other error is raised, once all have ended.
    """
    start = Barrier(len(works))

    def run(work: Callable[[], T]) -> T | DomainError:
        try:
            start.wait(60)
            return work()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        calls = [pool.submit(run, work) for work in works]
    return [call.result() for call in calls]


def remembered(name: tuple[object, ...], build: Callable[[], T]) -> T:
    """Return the result of `build` and have its rows and files in place, restored from memory if possible."""
    if not _is_superuser():
        return build()  # only a superuser can restore rows without firing triggers
    before = _state()
    key = (*name, settings.INDEX_KEY, settings.DATA_KEY, tuple(before.items()), tuple(_files()))
    found = _kept.get(key)
    if found is None or not _is_near(found.at):
        at, result = clock.now(), build()
        after = _state()
        changed = [table for table in after if after[table] != before.get(table)]
        if len(_kept) >= MAX_ENTRIES:
            _kept.pop(next(iter(_kept)))
        _kept[key] = Kept(at, copy.deepcopy(result), _copied(changed), _files())
        return result
    for path, content in found.files.items():
        target = Path(settings.FILE_FOLDER) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    _put_back(found.rows, [table for table in found.rows.tables if before[table][0]])
    again: T = copy.deepcopy(found.result)
    return again


def build_again() -> None:
    """Forget everything remembered, for a test that needs `build` to run, for example to see its log."""
    _kept.clear()


def empty_quickly() -> None:
    """Replace the tear-down of transactional tests. Call once, while the test session is set up."""
    truncate: Callable[[TransactionTestCase], None] = getattr(TransactionTestCase, _TEAR_DOWN)
    empty: tuple[State, Rows] | None = None

    def tear_down(test_case: TransactionTestCase) -> None:
        nonlocal empty
        now = _state() if _is_superuser() else None
        if now is None or empty is None or now.keys() != empty[0].keys():
            truncate(test_case)
            empty = None if now is None else (_state(), _copied(_tables()))
        else:
            changed = [table for table in now if now[table] != empty[0][table]]
            full = {table: content for table, content in empty[1].tables.items() if table in changed}
            _put_back(Rows(full, ()), changed)
        for forget in emptied:
            forget()

    setattr(TransactionTestCase, _TEAR_DOWN, tear_down)


def _is_near(at: datetime) -> bool:
    now = clock.now()
    same_day = clock.legal_day(now) == clock.legal_day(at) and now.date() == at.date()
    return same_day and timedelta(0) <= now - at < TTL


def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return bool(cursor.fetchone()[0] == "on")


def _tables() -> list[str]:
    """Return all tables except the caches, which are cleared after each test."""
    of_caches = {cache["LOCATION"] for cache in settings.CACHES.values()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return sorted({name for (name,) in cursor.fetchall()} - of_caches)


def _state() -> State:
    asked = [
        f"SELECT '{table}', count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
        f' FROM "{table}" t'
        for table in _tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table: (count, digest) for table, count, digest in sorted(cursor.fetchall())}


def _files() -> dict[str, bytes]:
    """Return the content of the test's own file folder by relative path."""
    folder = Path(settings.FILE_FOLDER)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _copied(tables: list[str]) -> Rows:
    rows: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as reader:
                rows[table] = b"".join(bytes(part) for part in reader)
        cursor.execute(
            "SELECT quote_ident(sequencename), last_value FROM pg_sequences"
            " WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1"
        )
        return Rows(rows, tuple((name, value) for name, value in cursor.fetchall()))


def _put_back(rows: Rows, to_empty: list[str]) -> None:
    """Restore rows without firing triggers, whose effects are among the rows. Sequences only move forward."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in to_empty:
            cursor.execute(f'DELETE FROM "{table}"')
        for table, content in rows.tables.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as writer:
                writer.write(content)
        for name, value in rows.sequences:
            cursor.execute(f"SELECT setval('{name}', greatest({value}, (SELECT last_value FROM {name})))")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
