"""DO: load and publish the working-day tables of years."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import chinese_calendar
import yaml
from django.db import transaction

from tongban.foundation import locks
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.workdays import events, queries, tables
from tongban.foundation.workdays.models import CalendarDay
from tongban.foundation.workdays.tables import YearTable

YEARS = Path(__file__).with_name("years")
"""`published.yaml` names the first year whose official notice is loaded; every other file is the table of one year."""


@dataclass(frozen=True)
class LoadedYears:
    """The years that were loaded: from official notices, and from our own tables."""

    published: tuple[int, ...]
    from_files: tuple[int, ...]


def hold() -> None:
    """Keep others from changing the calendar until the caller's transaction ends.

    Whoever first compares the calendar with what somebody saw holds it before the comparison.
    """
    locks.hold("workdays.calendar")


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
    """Load one year from a YAML table (`tables.of_yaml`) and return the year. Raises Invalid."""
    table = tables.of_yaml(path.read_text(encoding="utf-8"))
    publish(table, actor=actor, reason=reason)
    return table.year


@transaction.atomic
def publish(table: YearTable, *, actor: EventActor | None, reason: str) -> None:
    """Make a table the one of its year. `reason` names the official notice.

    Announces CalendarLoaded. Rooms that keep due days count them again when they hear of it.
    """
    days = [
        CalendarDay(day=day, is_workday=is_workday, note=note, provisional=table.provisional)
        for day, is_workday, note in table.days()
    ]
    _store(days, actor, reason)


def _store(days: list[CalendarDay], actor: EventActor | None, reason: str) -> None:
    hold()
    CalendarDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_workday", "note", "provisional"],
    )
    queries.forget_on_commit()
    if actor is None:
        return
    for year, of_year in groupby(days, key=lambda one: one.day.year):
        held = list(of_year)
        event = events.CalendarLoaded(
            subject=uuid5(NAMESPACE_OID, f"calendar:{year}"),
            year=year,
            workdays=sum(one.is_workday for one in held),
            provisional=held[0].provisional,
            notice=reason,
        )
        announce(event, actor=actor, reason=reason)
