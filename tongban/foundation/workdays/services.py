"""DO: load a year's working-day table."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import yaml
from django.db import transaction

from tongban.foundation.workdays import queries
from tongban.foundation.workdays.models import CalendarDay

PROVISIONAL_2027 = Path(__file__).with_name("provisional_2027.yaml")


@transaction.atomic
def load_known_years(first: int = 2024, last: int = 2026) -> None:
    """Load the years of the State Council's notices that `chinesecalendar` knows."""
    days = []
    day = date(first, 1, 1)
    while day.year <= last:
        rest, note = chinese_calendar.get_holiday_detail(day)
        days.append(CalendarDay(day=day, is_workday=not rest, note=note or ""))
        day += timedelta(days=1)
    _store(days)


@transaction.atomic
def load_year(path: Path) -> int:
    """Load one year from a YAML table {year, provisional, rest: {day: note}, work: {day: note}}; returns the year."""
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
    _store(days)
    return year


def _store(days: list[CalendarDay]) -> None:
    CalendarDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_workday", "note", "provisional"],
    )
    queries.calendar.cache_clear()
