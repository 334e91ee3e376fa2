"""Append events. Nothing here waits for the tree: a trigger notes what was added, the sequencer does the rest."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.ports import Recorded
from tongban.foundation.errors import InvalidText
from tongban.foundation.ids import new_id
from tongban.foundation.texts import is_storable
from tongban.trust.ledger.folds import ROWS, Fold, rows_of, rows_sql
from tongban.trust.ledger.models import Entry

INSERT = "INSERT INTO ledger_entry (id, type, version, subject, actor, principal, at, reason, payload) VALUES "
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it: jsonb does not take it."""
TYPED = "(%s::uuid, %s, %s::smallint, %s::uuid, %s, %s::uuid, %s::timestamptz, %s::bytea, %s::jsonb)"
COVERING = (
    INSERT.removesuffix("VALUES ") + "SELECT e.id, e.type, e.version, e.subject, e.actor, e.principal, e.at, e.reason,"
    " {payload} FROM (VALUES {rows}) AS e (id, type, version, subject, actor, principal, at, reason, payload)"
)
"""For events that account for rows (see `folds`): the rows are read by the statement that records them."""
AT_ONCE = 500
"""Rows of one statement."""


def record(
    event: Event, *, actor: Recorded, at: datetime | None = None, reason: str = "", entry_id: UUID | None = None
) -> UUID:
    """Append the event in the caller's transaction; returns the entry's id.

    Record after the rows that the event accounts for are saved: the entry keeps them (see `folds`). Rows that name
    their entry are saved first too, under an `entry_id` made beforehand.
    """
    return record_many([event], actor=actor, at=at, reason=reason, entry_id=entry_id)[0]


def record_many(
    events: Iterable[Event],
    *,
    actor: Recorded,
    at: datetime | None = None,
    reason: str = "",
    entry_id: UUID | None = None,
) -> list[UUID]:
    """Append several events of one act, all with the same actor, moment and reason; returns the entries' ids.

    `entry_id` is that of a single event.
    """
    moment = at or clock.now()
    rows = [_row(event, actor, moment, reason, entry_id) for event in events]
    if len(rows) > AT_ONCE:
        with transaction.atomic(savepoint=False):
            for start in range(0, len(rows), AT_ONCE):
                _insert(rows[start : start + AT_ONCE])
    elif rows:
        _insert(rows)
    return [row[0] for row in rows]


def record_covering(events: Iterable[Event], fold: Fold, *, actor: Recorded, at: datetime, reason: str) -> None:
    """Append events that account for the rows of one fold, whatever their type says."""
    rows = [_row(event, actor, at, reason) for event in events]
    if rows:
        _insert(rows, {rows[0][1]: rows_of([fold])})


def _insert(rows: list[tuple[Any, ...]], covered: dict[str, str] | None = None) -> None:
    """One statement: whole by itself, whether there is a transaction around it or not."""
    covered = covered or {row[1]: sql for row in rows if (sql := rows_sql(row[1]))}
    statement = INSERT + ", ".join([ROW] * len(rows))
    if covered:
        payload = payload_sql(covered)
        statement = COVERING.format(payload=payload, rows=", ".join([TYPED] * len(rows)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def payload_sql(covered: dict[str, str]) -> str:
    """The payload of an entry `e`, with the rows that its type accounts for (type -> SQL)."""
    cases = " ".join(
        f"WHEN '{name}' THEN e.payload || jsonb_build_object('{ROWS}', {sql})" for name, sql in covered.items()
    )
    return f"CASE e.type {cases} ELSE e.payload END"


def _row(event: Event, actor: Recorded, at: datetime, reason: str, entry_id: UUID | None = None) -> tuple[Any, ...]:
    """As SQL takes it: an ORM instance would cost as much again as the statement (docs/performance.md)."""
    key = entry_id or new_id()
    payload = event.payload() | ({"mandate": str(actor.mandate_id)} if actor.mandate_id else {})
    text = json.dumps(payload, ensure_ascii=False)
    if not all(map(is_storable, (actor.name_for_record, reason, text))) or NUL.search(text):
        raise InvalidText()  # a leaf of it could be neither encoded nor compared, and the tree would stop before it
    field = Entry._meta.get_field("reason")
    sealed = field.get_db_prep_value(field.pre_save(Entry(id=key, reason=reason), add=True), connection)
    return (
        key, event.type_name(), event.version, event.subject, actor.name_for_record, actor.principal_id, at,
        sealed, text,
    )  # fmt: skip
