"""Compares rows with the entries that account for them, in both directions, with one statement for each table.

A row and its entry are written in one transaction, and a statement sees a single snapshot. So every difference was made
outside the services. Each finding is one sentence.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random, SystemRandom
from uuid import UUID

from django.db import connection, transaction

from tongban.trust.ledger.events import RowsCovered
from tongban.trust.ledger.folds import ORDER, ROWS, SINCE_VERSION, Fold, folds
from tongban.trust.ledger.queries.types import types_of_absent_rooms

SETTLING = "15 minutes"
"""A row without an entry is a finding if it is older than the task's last entry by this much (`Fold.settles`)."""
MAX_FINDINGS = 100
"""Findings after which the check of one table stops."""
MADE = "to_timestamp(('x' || substr(replace(e.id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)"
"""SQL for the moment at which the identifier (UUIDv7) of the entry `e` was generated."""
COVERED = RowsCovered.type_name()
Say = Callable[[str], object]
Rows = dict[str, dict[str, object]]
"""Covered columns of rows, by primary key."""


def silent(line: str) -> None:
    """Ignore a progress message."""


@dataclass(frozen=True)
class Part:
    """The groups to compare: all (None), or those with the given links, as text."""

    links: list[str] | None = None


def fold_findings(
    *,
    tables: Iterable[str] = (),
    sample: int = 0,
    since: datetime | None = None,
    say: Say = silent,
    chance: Random | None = None,
) -> Iterator[str]:
    """Yield the findings in the given tables, or in all covered tables when none is given.

    `sample` limits the check to about that many groups of each table, drawn both from its rows and from its entries.
    `since` limits it to groups with an entry or a new row since that moment. `chance` is the source of randomness.
    """
    wanted = set(tables)
    for fold in folds():
        if wanted and fold.table not in wanted:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
            part = _part(fold, sample, since, chance or SystemRandom())
            found = list(islice(_differences(fold, part), MAX_FINDINGS))
        say(
            f"{fold.table}: {len(found) or 'no'} findings"
            + ("" if part.links is None else f", {len(part.links)} groups")
        )
        yield from found


def _differences(fold: Fold, part: Part) -> Iterator[str]:
    """Yield one sentence for each row that differs from its entry."""
    if fold.late and not _has_entries(fold):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(fold, part), {"types": [*_types(fold), COVERED], "links": part.links, "table": fold.table}
        )
        for entry_id, type_name, held, now in iter(cursor.fetchone, None):
            yield from _sentences(fold, entry_id, type_name, _loaded(held), _loaded(now))


def _statement(fold: Fold, part: Part) -> str:
    rows = [fold.where] if fold.where else []
    entries = ["e.type = ANY(%(types)s)", f"(e.type <> '{COVERED}' OR e.payload->>'table' = %(table)s)"]
    if part.links is not None:
        rows.append(_linked(fold.linked))
        entries.append(_linked(f"e.{fold.of}"))
    # If the task's last entry is older than the row, the task has not run since and the row may still wait for it.
    looked = f"(SELECT max({MADE}) FROM ledger_entry e WHERE e.type = ANY(%(types)s))"
    settled = f"bool_and(t.{fold.settles} < {looked} - interval '{SETTLING}')" if fold.settles else "true"
    return f"""
    WITH last AS (
        SELECT DISTINCT ON (link, also) * FROM (
            SELECT {fold.entry_link_sql} AS link, {fold.entry_also_sql} AS also, e.id, e.type, e.version,
                {_if_it_is("object", f"e.payload->'{ROWS}'->'{fold.table}'")} AS held,
                ({_if_it_is("number", f"e.payload->'{ROWS}'->'{ORDER}'")})::numeric AS n
            FROM ledger_entry e WHERE {" AND ".join(entries)}
        ) AS all_entries ORDER BY link, also, (held IS NULL), n DESC NULLS LAST, version
    ), standing AS (
        SELECT {fold.link_sql} AS link, {fold.also_sql} AS also, {settled} AS settled,
            jsonb_object_agg({fold.key_sql}, {fold.row_sql()}) AS rows
        FROM {fold.table} t {"WHERE " + " AND ".join(rows) if rows else ""} GROUP BY 1, 2
    )
    SELECT last.id, last.type, last.held, standing.rows FROM last FULL JOIN standing USING (link, also)
    WHERE last.held <> coalesce(standing.rows, '{{}}')
        OR (last.held IS NULL AND standing.rows IS NOT NULL AND standing.settled
            AND (last.id IS NULL OR last.version >= {SINCE_VERSION}))
        OR ({fold.implies} AND last.held IS NULL AND standing.rows IS NULL AND last.version < {SINCE_VERSION})
    """


def _if_it_is(kind: str, value: str) -> str:
    """Return SQL that is NULL for a JSON value of another kind, which only tampering can put there."""
    return f"CASE WHEN jsonb_typeof({value}) = '{kind}' THEN {value} END"


def _linked(column: str) -> str:
    return f"{column} = ANY(%(links)s::uuid[])"


def _sentences(
    fold: Fold, entry_id: UUID | None, type_name: str | None, held: Rows | None, now: Rows | None
) -> Iterator[str]:
    if held is None:
        if now is None:
            yield f"{fold.table}: the {fold.called} of entry {entry_id} ({type_name}) is gone"
        for key in now or {}:
            yield f"{fold.table} {key}: no entry accounts for this {fold.called}; it was inserted past the services"
        return
    now = now or {}
    by = f"entry {entry_id} ({type_name})"
    for key in held.keys() - now.keys():
        yield f"{fold.table} {key}: the {fold.called} is gone; {by} has it"
    for key in now.keys() - held.keys():
        yield f"{fold.table} {key}: {by} does not have this {fold.called}; it was inserted past the services"
    for key in held.keys() & now.keys():
        was = held[key] if isinstance(held[key], dict) else {}
        for column in (*fold.columns, *fold.digested):
            there, recorded = now[key].get(column), was.get(column)
            if there != recorded and not (recorded is None and column in fold.later):
                yield f"{fold.table} {key}: {column} is {_shown(there)}, but {by} has {_shown(recorded)}"


def _shown(value: object) -> str:
    text = "empty" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:16]}…"


def _loaded(value: str | Rows | None) -> Rows | None:
    found: Rows | None = json.loads(value) if isinstance(value, str) else value
    return found


def _types(fold: Fold) -> list[str]:
    """Return the types of a fold's entries. Rooms that were left out may have recorded entries of an open fold."""
    return [*fold.types, *(types_of_absent_rooms() if callable(fold.events) else ())]


def _has_entries(fold: Fold) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_entry WHERE type = ANY(%s))", [_types(fold)])
        return bool(cursor.fetchone()[0])


def _part(fold: Fold, sample: int, since: datetime | None, chance: Random) -> Part:
    """Choose the links to compare. A chosen link is compared completely, since both sides are selected by it."""
    if not sample and since is None:
        return Part()
    links: set[str] = set()
    with connection.cursor() as cursor:
        if since is not None:
            cursor.execute(
                f"SELECT DISTINCT {fold.entry_link_sql} FROM ledger_entry e WHERE e.type = ANY(%s) AND e.at >= %s",
                [_types(fold), since],
            )
            links |= {link for (link,) in cursor.fetchall()}
            if fold.key == "id":
                floor = UUID(int=int(since.timestamp() * 1000) << 80)
                cursor.execute(f"SELECT DISTINCT {fold.link_sql} FROM {fold.table} t WHERE t.id >= %s", [floor])
                links |= {link for (link,) in cursor.fetchall()}
        if sample:
            where = f"WHERE {fold.where}" if fold.where else ""
            links |= _drawn(f"SELECT {fold.link_sql} FROM {fold.table} t", where, fold.table, [], sample, chance)
            links |= _drawn(
                f"SELECT {fold.entry_link_sql} FROM ledger_entry e",
                "WHERE e.type = ANY(%s)",
                "ledger_entry",
                [_types(fold)],
                sample,
                chance,
            )
    return Part(sorted(links))


def _drawn(select: str, where: str, table: str, values: list[list[str]], sample: int, chance: Random) -> set[str]:
    """Draw about `sample` links from random blocks of a table, or return all links of a small one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        (many,) = cursor.fetchone()
        share = 100.0 if many < 20 * sample else min(100.0, 100.0 * 20 * sample / many)
        cursor.execute(
            f"SELECT link FROM ({select} TABLESAMPLE SYSTEM (%s) REPEATABLE (%s) {where}) AS drawn (link)"
            " ORDER BY random() LIMIT %s",
            [share, chance.randrange(2**31), *values, sample],
        )
        return {link for (link,) in cursor.fetchall()}
