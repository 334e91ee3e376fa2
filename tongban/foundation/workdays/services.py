"""DO: load a year's working-day table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import chinese_calendar
import yaml
from django.db import transaction

from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.workdays import events, queries
from tongban.foundation.workdays.models import CalendarDay

YEARS = Path(__file__).with_name("years")
"""`published.yaml` names the first year whose official notice is loaded; every other file is the table of one year."""


@dataclass(frozen=True)
class LoadedYears:
    """The years that were loaded: from official notices, and from our own tables."""

    published: tuple[int, ...]
    from_files: tuple[int, ...]


@transaction.atomic
def load_known_years(*, actor: EventActor | None = None, reason: str = "") -> LoadedYears:
    """Load the State Council's holiday notices from the package `chinesecalendar`, then our tables of later years.

    Announces CalendarLoaded for each year. Without an actor nothing is announced; that is only for the platform's own
    setup, when there is no ledger yet.
    """
    first = int(yaml.safe_load((YEARS / "published.yaml").read_text(encoding="utf-8"))["from"])
    published = tuple(range(first, max(chinese_calendar.holidays).year + 1))
    days = []
    day = date(first, 1, 1)
    while day.year <= published[-1]:
        rest, note = chinese_calendar.get_holiday_detail(day)
        days.append(CalendarDay(day=day, is_workday=not rest, note=note or ""))
        day += timedelta(days=1)
    _store(days, actor, reason)
    later = [path for path in sorted(YEARS.glob("[0-9]*.yaml")) if int(path.stem) > published[-1]]
    return LoadedYears(published, tuple(load_year(path, actor=actor, reason=reason) for path in later))


@transaction.atomic
def load_year(path: Path, *, actor: EventActor | None = None, reason: str = "") -> int:
    """Load one year from a YAML table {year, provisional, rest: {day: note}, work: {day: note}} and return the year."""
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    year: int = table["year"]
    rest: Mapping[date, str] = table.get("rest") or {}
    work: Mapping[date, str] = table.get("work") or {}
    days = []
    day = date(year, 1, 1)
    while day.year == year:
        is_workday = day in work or (day.weekday() < 5 and day not in rest)
        note = work.get(day, "") or rest.get(day, "")
        days.append(CalendarDay(day=day, is_workday=is_workday, note=note, provisional=bool(table.get("provisional"))))
        day += timedelta(days=1)
    _store(days, actor, reason)
    return year


def _store(days: list[CalendarDay], actor: EventActor | None, reason: str) -> None:
    CalendarDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_workday", "note", "provisional"],
    )
    transaction.on_commit(queries.calendar.cache_clear)
    queries.calendar.cache_clear()
    if actor is None:
        return
    for year, of_year in groupby(days, key=lambda one: one.day.year):
        held = list(of_year)
        event = events.CalendarLoaded(
            subject=uuid5(NAMESPACE_OID, f"calendar:{year}"),
            year=year,
            workdays=sum(one.is_workday for one in held),
            provisional=held[0].provisional,
        )
        announce(event, actor=actor, reason=reason)
