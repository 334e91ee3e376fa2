"""For tests: what many of them begin with is built once in a process, and put back for each of the others.

`remembered` runs a function the first time and keeps the rows and files that it wrote. When the database is again as
it was before, the same rows are put back by COPY and the same result is returned. Where anything differs (other keys,
another day, a clock that a test set), the function simply runs.

`empty_quickly` does the same for the emptied database that transactional tests leave: only tables that a test changed
are put back, instead of every table being truncated and every key, permission and calendar made again.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from tongban.foundation import clock

LASTS = timedelta(minutes=30)
"""After this the rows are built again: what they say of their time should be near the test's own."""
AT_MOST = 12
T = TypeVar("T")
State = dict[str, tuple[int, str]]
"""How many rows each table has, and a digest of what they say."""


@dataclass(frozen=True)
class Rows:
    """Whole tables, and how far the sequences were."""

    tables: dict[str, bytes]
    sequences: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Kept:
    at: datetime
    result: Any
    rows: Rows
    files: dict[str, bytes]


_kept: dict[tuple[Any, ...], Kept] = {}
emptied: list[Callable[[], None]] = []
"""Called when a transactional test's rows are gone: what a process remembers of them is forgotten."""


def remembered(name: tuple[object, ...], build: Callable[[], T]) -> T:
    """What `build` returns, and the rows and files that it writes, from memory where that is the same."""
    if not _is_superuser():
        return build()  # only a superuser puts rows back without their triggers
    before = _state()
    key = (*name, settings.INDEX_KEY, settings.DATA_KEY, tuple(before.items()), tuple(_files()))
    found = _kept.get(key)
    if found is None or not _is_near(found.at):
        at, result = clock.now(), build()
        after = _state()
        changed = [table for table in after if after[table] != before.get(table)]
        if len(_kept) >= AT_MOST:
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
    """For a test that must see everything happen, its log for instance: nothing is taken from memory."""
    _kept.clear()


def empty_quickly() -> None:
    """Call once in the test session's set-up."""
    truncate: Callable[[Any], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    empty: tuple[State, Rows] | None = None

    def tear_down(test_case: Any) -> None:
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

    TransactionTestCase._fixture_teardown = tear_down  # type: ignore[attr-defined]


def _is_near(at: datetime) -> bool:
    now = clock.now()
    same_day = clock.legal_day(now) == clock.legal_day(at) and now.date() == at.date()
    return same_day and timedelta(0) <= now - at < LASTS


def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return bool(cursor.fetchone()[0] == "on")


def _tables() -> list[str]:
    """All but the cache, which each test empties by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return sorted({name for (name,) in cursor.fetchall()} - {"shared_cache"})


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
    """What lies in the folder of files, which belongs to the test."""
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
    """Rows as they were, without triggers, which have done their work already; no sequence goes back."""
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
