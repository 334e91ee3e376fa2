"""Appends events. Recording never waits for the tree: a trigger notes new entries, and the sequencer places them."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tongban.foundation import clock, prepared
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.ports import Act, EventActor, Past
from tongban.foundation.errors import InvalidText
from tongban.foundation.ids import new_id
from tongban.foundation.texts import is_storable
from tongban.trust.ledger.folds import ROWS, Fold, folds_of, rows_of, rows_sql
from tongban.trust.ledger.models import Entry

INSERT = "INSERT INTO ledger_entry (id, type, version, subject, actor, principal, at, reason, payload) VALUES "
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it; jsonb does not accept it."""
TYPED = "(%s::uuid, %s, %s::smallint, %s::uuid, %s, %s::uuid, %s::timestamptz, %s::bytea, %s::jsonb, %s::jsonb)"
COVERING = (
    INSERT.removesuffix("VALUES ") + "SELECT e.id, e.type, e.version, e.subject, e.actor, e.principal, e.at, e.reason,"
    " {payload} FROM (VALUES {rows}) AS e (id, type, version, subject, actor, principal, at, reason, payload, past)"
)
"""For events that account for rows (see `folds`): the statement that records the event also reads the rows."""
AT_ONCE = 500
"""Maximum number of entries in one statement."""
MOST_PREPARED = 16
"""Maximum number of entries in a prepared statement. Each number of entries needs a statement of its own, so
larger numbers are not prepared."""


class _EntryRow(NamedTuple):
    """The values of an entry in the order of INSERT. An ORM instance would double the cost (docs/performance.md)."""

    id: UUID
    type: str
    version: int
    subject: UUID
    actor: str
    principal: UUID | None
    at: datetime
    reason: bytes
    payload: str


def record(
    event: Event, *, actor: EventActor, at: datetime | None = None, reason: str = "", entry_id: UUID | None = None
) -> UUID:
    """Append the event in the caller's transaction; return the entry's id.

    Save the rows that the event accounts for before recording it, since the entry stores them (see `folds`). Rows that
    refer to their entry are saved first as well, with an `entry_id` generated beforehand.

    Raises InvalidText when a text cannot be stored.
    """
    return record_many([event], actor=actor, at=at, reason=reason, entry_id=entry_id)[0]


def record_many(
    events: Iterable[Event],
    *,
    actor: EventActor,
    at: datetime | None = None,
    reason: str = "",
    entry_id: UUID | None = None,
) -> list[UUID]:
    """Append several events of one act with the same actor, moment and reason; return the entries' ids.

    `entry_id` may be given for a single event only. Raises InvalidText when a text cannot be stored.
    """
    moment = at or clock.now()
    return _append([_row(event, actor, moment, reason, entry_id) for event in events])


def record_acts(acts: Iterable[Act]) -> None:
    """Append events in their order, each with its own actor, moment, reason and id. Raises as `record_many`."""
    acts = list(acts)
    _append(
        [_row(act.event, act.actor, act.at, act.reason, act.entry_id) for act in acts], [_past_of(act) for act in acts]
    )


def _append(rows: list[_EntryRow], pasts: list[Past] | None = None) -> list[UUID]:
    pasts = pasts or [{}] * len(rows)
    if len(rows) > AT_ONCE:
        with transaction.atomic(savepoint=False):
            for start in range(0, len(rows), AT_ONCE):
                _insert(rows[start : start + AT_ONCE], pasts[start : start + AT_ONCE])
    elif rows:
        _insert(rows, pasts)
    return [row.id for row in rows]


def _past_of(act: Act) -> Past:
    """Return what of the past the act's entry shows differently: recorded columns, and rows that were not there yet."""
    past: Past = {}
    for fold in folds_of(act.event.type_name()) if act.past else ():
        for key, before in act.past.get(fold.table, {}).items():
            if fold.link == "id" and fold.of == "subject" and key != str(act.event.subject):
                continue
            known = None if before is None else {name: value for name, value in before.items() if fold.shows(name)}
            if known is None or known:
                past.setdefault(fold.table, {})[key] = known
    return past


def record_covering(events: Iterable[Event], fold: Fold, *, actor: EventActor, at: datetime, reason: str) -> None:
    """Append events that account for the rows of one fold, regardless of their type."""
    rows = [_row(event, actor, at, reason) for event in events]
    if rows:
        _insert_covering(rows, {rows[0].type: rows_of([fold])}, [{}] * len(rows))


def _insert(rows: list[_EntryRow], pasts: list[Past]) -> None:
    """Insert the entries with one statement, which is atomic even outside a transaction."""
    changed: dict[str, set[str]] = {}
    for row, past in zip(rows, pasts, strict=True):
        changed.setdefault(row.type, set()).update(past)
    covered = {name: sql for name, tables in changed.items() if (sql := rows_sql(name, changed=frozenset(tables)))}
    if covered:
        _insert_covering(rows, covered, pasts)
    else:
        _run(INSERT + ", ".join([ROW] * len(rows)), [value for row in rows for value in row], len(rows))


def _insert_covering(rows: list[_EntryRow], covered: dict[str, str], pasts: list[Past]) -> None:
    """Insert entries with the rows that they account for, where `pasts` says how these were when it happened."""
    statement = COVERING.format(payload=payload_sql(covered), rows=", ".join([TYPED] * len(rows)))
    texts = [json.dumps(past, ensure_ascii=False, default=str) if past else None for past in pasts]
    values = [value for row, text in zip(rows, texts, strict=True) for value in (*row, text)]
    _run(statement, values, len(rows))


def _run(statement: str, values: Sequence[Any], entries: int) -> None:
    if entries <= MOST_PREPARED:
        prepared.run(statement, values)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def payload_sql(covered: dict[str, str]) -> str:
    """Return SQL for the payload of an entry `e` with its rows; `covered` maps event types to SQL for the rows."""
    cases = " ".join(
        f"WHEN '{name}' THEN e.payload || jsonb_build_object('{ROWS}', {sql})" for name, sql in covered.items()
    )
    return f"CASE e.type {cases} ELSE e.payload END"


def _row(event: Event, actor: EventActor, at: datetime, reason: str, entry_id: UUID | None = None) -> _EntryRow:
    key = entry_id or new_id()
    payload = event.payload() | ({"mandate": str(actor.mandate_id)} if actor.mandate_id else {})
    text = json.dumps(payload, ensure_ascii=False)
    if not all(map(is_storable, (actor.name_for_record, reason, text))) or NUL.search(text):
        raise InvalidText()  # no leaf could be made of the entry, and the sequencer would get stuck on it
    field = Entry._meta.get_field("reason")
    sealed = field.get_db_prep_value(field.pre_save(Entry(id=key, reason=reason), add=True), connection)
    return _EntryRow(
        key, event.type_name(), event.version, event.subject, actor.name_for_record, actor.principal_id, at,
        sealed, text,
    )  # fmt: skip
