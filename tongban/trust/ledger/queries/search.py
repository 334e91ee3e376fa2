"""Search for entries by actor, subject, type, case and time, newest first. Fast enough for many millions of rows.

One condition leads and determines the index: the subjects, else the case, the actors, the types, or time alone. For
each value of the leading condition, no more rows are read than one page needs, so that a busy officer costs no more
than a quiet one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction

from tongban.foundation.errors import Invalid
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.queries.reading import RecordedEntry

SqlValue = str | datetime | UUID | list[str] | list[UUID]
PAGE = 50
TIMEOUT_SECONDS = 5
CASE = "coalesce(nullif(payload->>'case_number', ''), payload->>'number')"
"""The expression of the index `entries_of_case`."""


class SearchTooWide(Invalid):
    code = "search-too-wide"
    message = "这样查找要翻看的记录太多，请缩短时间范围，或再加一个条件。"


@dataclass(frozen=True)
class Search:
    """The conditions of a search, all of which must hold; None means no condition."""

    since: datetime
    until: datetime
    types: tuple[str, ...] | None = None
    actors: tuple[str, ...] | None = None
    subjects: tuple[UUID, ...] | None = None
    """Entries about one of these …"""
    entries: tuple[UUID, ...] = ()
    """… or, together with `subjects`, these entries."""
    case_number: str = ""


@dataclass(frozen=True)
class SearchPage:
    """One page of results, and the cursor of the next page (empty: there is none)."""

    rows: Sequence[RecordedEntry] = field(default_factory=list)
    next: str = ""


def search(wanted: Search, *, after: str = "", limit: int = PAGE) -> SearchPage:
    """Return at most `limit` entries, newest first. Raises SearchTooWide after five seconds."""
    sql, values = statement(wanted, after=after, limit=limit + 1)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS * 1000}")
            cursor.execute(sql, values)
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute("SET LOCAL statement_timeout = 0")
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise SearchTooWide() from None
        raise
    rows = list(Entry.objects.filter(id__in=ids[:limit]).order_by("-at", "-id"))
    return SearchPage(rows, f"{rows[-1].at.isoformat()}_{rows[-1].id}" if len(ids) > limit else "")


def statement(wanted: Search, *, after: str, limit: int) -> tuple[str, list[SqlValue]]:
    """Return the SQL statement of a search and its values; separate so that tests can examine its plan."""
    conditions = ["at >= %s", "at < %s"]
    values: list[SqlValue] = [wanted.since, wanted.until]
    if place := _read_place(after):
        conditions.append("(at, id) < (%s, %s)")
        values += place
    lead: tuple[str, str, list[str] | list[UUID]] | None = None
    if wanted.subjects is not None:
        lead = "subject", "uuid", list(wanted.subjects)
    if wanted.case_number:
        conditions.append(f"{CASE} = %s")
        values.append(wanted.case_number)
    for column, asked in (("actor", wanted.actors), ("type", wanted.types)):
        if asked is None:
            continue
        if lead is None and not wanted.case_number:
            lead = column, "text", list(asked)
        else:
            conditions.append(f"{column} = ANY(%s)")
            values.append(list(asked))
    where, order = " AND ".join(conditions), f"ORDER BY at DESC, id DESC LIMIT {limit:d}"
    if lead is None:
        return f"SELECT id FROM ledger_entry WHERE {where} {order}", values
    column, kind, keys = lead
    each = f"(SELECT id, at FROM ledger_entry WHERE {column} = lead.key AND {where} {order}) AS one"
    rows = f"SELECT one.id, one.at FROM unnest(%s::{kind}[]) AS lead(key) CROSS JOIN LATERAL {each}"
    all_values: list[SqlValue] = [keys, *values]
    if wanted.subjects is not None and wanted.entries:
        rows += f" UNION SELECT id, at FROM ledger_entry WHERE id = ANY(%s) AND {where}"
        all_values += [list(wanted.entries), *values]
    return f"SELECT id FROM ({rows}) AS found {order}", all_values


def _read_place(text: str) -> list[SqlValue]:
    moment, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return [at, UUID(key)] if at.tzinfo else []
    except ValueError:
        return []
