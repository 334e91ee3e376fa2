"""Append events. Nothing here waits for the tree: a trigger notes what was added, the sequencer does the rest."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.errors import Unwritable
from tongban.foundation.ids import new_id
from tongban.foundation.ledger.events import Event
from tongban.foundation.ledger.models import Entry
from tongban.foundation.texts import is_whole

INSERT = "INSERT INTO ledger_entry (id, type, version, subject, actor, principal, at, reason, payload) VALUES "
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it: jsonb does not take it."""
AT_ONCE = 500
"""Rows of one statement."""


class Recorded(Protocol):
    """Who acts, as the ledger needs to know it (see identity.actors.Actor)."""

    @property
    def name_for_record(self) -> str: ...
    @property
    def principal_id(self) -> UUID | None: ...
    @property
    def mandate_id(self) -> UUID | None: ...


def record(event: Event, *, actor: Recorded, at: datetime | None = None, reason: str = "") -> UUID:
    """Append the event in the caller's transaction; returns the entry's id."""
    return record_many([event], actor=actor, at=at, reason=reason)[0]


def record_many(
    events: Iterable[Event], *, actor: Recorded, at: datetime | None = None, reason: str = ""
) -> list[UUID]:
    """Append several events of one act, all with the same actor, moment and reason; returns the entries' ids."""
    moment = at or clock.now()
    rows = [_row(event, actor, moment, reason) for event in events]
    if len(rows) > AT_ONCE:
        with transaction.atomic(savepoint=False):
            for start in range(0, len(rows), AT_ONCE):
                _insert(rows[start : start + AT_ONCE])
    elif rows:
        _insert(rows)
    return [row[0] for row in rows]


def _insert(rows: list[tuple[Any, ...]]) -> None:
    """One statement: whole by itself, whether there is a transaction around it or not."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT + ", ".join([ROW] * len(rows)), [value for row in rows for value in row])


def _row(event: Event, actor: Recorded, at: datetime, reason: str) -> tuple[Any, ...]:
    """As SQL takes it: an ORM instance would cost as much again as the statement (docs/performance.md)."""
    key = new_id()
    payload = event.payload() | ({"mandate": str(actor.mandate_id)} if actor.mandate_id else {})
    text = json.dumps(payload, ensure_ascii=False)
    if not all(map(is_whole, (actor.name_for_record, reason, text))) or NUL.search(text):
        raise Unwritable()  # a leaf of it could be neither encoded nor compared, and the tree would stop before it
    field = Entry._meta.get_field("reason")
    sealed = field.get_db_prep_value(field.pre_save(Entry(id=key, reason=reason), add=True), connection)
    return (
        key, event.type_name(), event.version, event.subject, actor.name_for_record, actor.principal_id, at,
        sealed, text,
    )  # fmt: skip
