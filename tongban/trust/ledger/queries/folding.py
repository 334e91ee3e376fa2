"""Rows against the entries that account for them, both ways: a table in one statement, findings one sentence each.

Row and entry are written in one transaction, and one statement sees one moment: what does not fit was done otherwise.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.trust.ledger.events import RowsCovered
from tongban.trust.ledger.folds import ORDER, ROWS, SINCE_VERSION, Fold, folds

SETTLING = "15 minutes"
"""How much older than the task's last entry a row must be to be missed there (`Fold.settles`)."""
MOST = 100
"""Findings after which one table has said enough."""
MADE = "to_timestamp(('x' || substr(replace(e.id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)"
"""When the identifier (UUIDv7) of the entry `e` was made."""
COVERED = RowsCovered.type_name()
Say = Callable[[str], object]


def silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Part:
    """Which groups are compared: all (None), or those of some links, as text."""

    links: list[str] | None = None


def fold_findings(
    *,
    tables: Iterable[str] = (),
    sample: int = 0,
    since: datetime | None = None,
    say: Say = silent,
    chance: Random | None = None,
) -> Iterator[str]:
    """What does not fit in the tables (all that are covered when none is named).

    `sample`: so many groups of each table, drawn from its rows and from its entries alike; `since`: those of which
    anything was recorded, or a row made, since then.
    """
    wanted = set(tables)
    for fold in folds():
        if wanted and fold.table not in wanted:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
            part = _part(fold, sample, since, chance or SystemRandom())
            found = list(islice(_differences(fold, part), MOST))
        say(
            f"{fold.table}: {len(found) or 'no'} findings"
            + ("" if part.links is None else f", {len(part.links)} groups")
        )
        yield from found


def _differences(fold: Fold, part: Part) -> Iterator[str]:
    """One sentence for each row of which row and entry do not say the same."""
    if fold.late and not _has_entries(fold):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(fold, part), {"types": [*fold.types, COVERED], "links": part.links, "table": fold.table}
        )
        for entry_id, type_name, held, now in iter(cursor.fetchone, None):
            yield from _sentences(fold, entry_id, type_name, _loaded(held), _loaded(now))


def _statement(fold: Fold, part: Part) -> str:
    rows = [fold.where] if fold.where else []
    entries = ["e.type = ANY(%(types)s)", f"(e.type <> '{COVERED}' OR e.payload->>'table' = %(table)s)"]
    if part.links is not None:
        rows.append(_linked(fold.linked))
        entries.append(_linked(f"e.{fold.of}"))
    # What the task entered last is older than the row: it has not looked since, so the row still waits.
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
    """What is of another kind was put there past the services; it counts as nothing and stops no statement."""
    return f"CASE WHEN jsonb_typeof({value}) = '{kind}' THEN {value} END"


def _linked(column: str) -> str:
    return f"{column} = ANY(%(links)s::uuid[])"


def _sentences(
    fold: Fold, entry_id: UUID | None, type_name: str | None, held: dict[str, Any] | None, now: dict[str, Any] | None
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


def _shown(value: Any) -> str:
    text = "empty" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:16]}…"


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _has_entries(fold: Fold) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_entry WHERE type = ANY(%s))", [list(fold.types)])
        return bool(cursor.fetchone()[0])


def _part(fold: Fold, sample: int, since: datetime | None, chance: Random) -> Part:
    """The links to compare. Nothing of a link is left out: both sides are read by it."""
    if not sample and since is None:
        return Part()
    links: set[str] = set()
    with connection.cursor() as cursor:
        if since is not None:
            cursor.execute(
                f"SELECT DISTINCT {fold.entry_link_sql} FROM ledger_entry e WHERE e.type = ANY(%s) AND e.at >= %s",
                [list(fold.types), since],
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
                [list(fold.types)],
                sample,
                chance,
            )
    return Part(sorted(links))


def _drawn(select: str, where: str, table: str, values: list[Any], sample: int, chance: Random) -> set[str]:
    """About `sample` links from random blocks of a table; all of a small one."""
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
