"""ASK: the working-day calendar as one value, kept by each process and compared with the database once a second."""

from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import BooleanField, Count, Q
from django.db.models.aggregates import Aggregate
from django.db.models.functions import ExtractYear

from tongban.foundation.workdays.models import CalendarDay
from tongban.foundation.workdays.rules import Calendar, guessed
from tongban.foundation.workdays.tables import YearTable

CHECKED_EVERY = 1.0
"""Seconds after which a process asks again whether another one has loaded a table."""
_STAMP = "SELECT md5(coalesce(string_agg(concat(day, is_workday, provisional), ',' ORDER BY day), '')) FROM {}"


class _Held(NamedTuple):
    stamp: str
    checked_at: float
    calendar: Calendar


_held: _Held | None = None


def calendar() -> Calendar:
    """Return the calendar as it is in the database, or was within the last second.

    A transaction that has changed a table reads its own calendar each time. Nobody else sees it before the commit.
    """
    global _held
    if _is_changing():
        return _read()
    now, held = monotonic(), _held
    if held is not None and now - held.checked_at <= CHECKED_EVERY:
        return held.calendar
    stamp = _stamp()
    _held = held = _Held(stamp, now, held.calendar if held and held.stamp == stamp else _read())
    return held.calendar


def forget() -> None:
    """Ask the database at the next use."""
    global _held
    _held = None


def forget_on_commit() -> None:
    """Call it in the transaction that changes a table."""
    transaction.on_commit(forget)


def _is_changing() -> bool:
    """Return whether the present transaction has changed a table. Rolling back to a savepoint undoes that as well."""
    return any(waiting is forget for _, waiting, *_ in connection.run_on_commit)


def _stamp() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_STAMP.format(CalendarDay._meta.db_table))
        return str(cursor.fetchone()[0])


def _read() -> Calendar:
    rows = list(CalendarDay.objects.values_list("day", "is_workday", "provisional"))
    return Calendar.of(
        (day for day, is_workday, _ in rows if is_workday),
        {day.year for day, _, provisional in rows if provisional},
    )


@dataclass(frozen=True)
class Year:
    """One year of the calendar, as its administrators see it."""

    year: int
    workdays: int
    provisional: bool


def years() -> list[Year]:
    """Return all years with a table, in order; one query."""
    rows = (
        CalendarDay.objects.annotate(year=ExtractYear("day"))
        .values("year")
        .annotate(work=Count("day", filter=Q(is_workday=True)), rough=_Any("provisional"))
        .order_by("year")
    )
    return [Year(row["year"], row["work"], row["rough"]) for row in rows]


class _Any(Aggregate):
    function = "BOOL_OR"
    output_field = BooleanField()


def days_of(year: int) -> list[tuple[date, bool, str, bool]]:
    """Return the table of a year as it is stored: day, whether it is a working day, its note, provisional. One query.

    The list is empty for a year without a table.
    """
    days = CalendarDay.objects.filter(day__year=year).order_by("day")
    return list(days.values_list("day", "is_workday", "note", "provisional"))


@dataclass(frozen=True)
class Change:
    """A day that a new table makes a working day, or no longer one."""

    day: date
    is_workday: bool
    note: str


def changes(table: YearTable) -> list[Change]:
    """Return the days on which a table differs from the calendar; one query. Without one, the guess counts."""
    known = dict(CalendarDay.objects.filter(day__year=table.year).values_list("day", "is_workday"))
    guess = set() if known else set(guessed(table.year))
    return [
        Change(day, is_workday, note)
        for day, is_workday, note in table.days()
        if is_workday != (known.get(day, False) if known else day in guess)
    ]


def calendar_with(table: YearTable) -> Calendar:
    """Return the calendar as it would be with this table; one query. Nothing is stored."""
    rows = CalendarDay.objects.exclude(day__year=table.year).values_list("day", "is_workday", "provisional")
    others = list(rows)
    own = [day for day, is_workday, _ in table.days() if is_workday]
    provisional = {day.year for day, _, rough in others if rough} | ({table.year} if table.provisional else set())
    return Calendar.of([*(day for day, is_workday, _ in others if is_workday), *own], provisional)


@dataclass(frozen=True)
class Outlook:
    """What the operator has to do about the tables of the coming years."""

    missing: list[int]
    """Years into which due days already reach and that have no table, so that their days are guessed."""
    late: list[int]
    """Years that are provisional although they have begun or are about to."""
    provisional: list[int]


def outlook(today: date, *, ahead: timedelta, last_call: timedelta) -> Outlook:
    """Return which years need a table: `ahead` is how far due days reach, `last_call` when a table must be official."""
    known = {one.year: one.provisional for one in years()}
    rough = sorted(year for year, provisional in known.items() if provisional)
    return Outlook(
        missing=[year for year in range(today.year, (today + ahead).year + 1) if year not in known],
        late=[year for year in rough if date(year, 1, 1) - today <= last_call and year >= today.year],
        provisional=[year for year in rough if year >= today.year],
    )
