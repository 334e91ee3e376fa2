"""The times at which people apply: mostly working hours; busier on Mondays, at month ends and after holidays. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tongban.foundation.workdays.rules import Calendar, DayBeforeCalendar

BY_HOUR = (1, 1, 0, 0, 0, 1, 3, 8, 30, 92, 100, 70, 35, 45, 88, 84, 62, 40, 28, 26, 30, 24, 12, 5)
"""Relative numbers of applications in each hour of a working day."""
FREE_DAY = 0.18
"""The number of applications on a day off relative to a working day."""
BUSY = {"Monday": 1.25, "after a holiday": 1.5, "month end": 1.15, "summer": 1.2}


def weight_of(calendar: Calendar, day: date) -> float:
    """Return how busy a day is relative to an ordinary working day."""
    if not calendar.is_workday(day):
        return FREE_DAY
    weight = 1.0
    if day.weekday() == 0:
        weight *= BUSY["Monday"]
    if _follows_a_holiday(calendar, day):
        weight *= BUSY["after a holiday"]
    if (day + timedelta(days=4)).month != day.month:
        weight *= BUSY["month end"]
    if day.month in {7, 8}:
        weight *= BUSY["summer"]
    return weight


def _follows_a_holiday(calendar: Calendar, day: date) -> bool:
    """Return whether the day before and the third before were days off. The first days of the calendar follow none."""
    try:
        return not any(calendar.is_workday(day - timedelta(days=back)) for back in (3, 1))
    except DayBeforeCalendar:
        return False


def spread(calendar: Calendar, days: list[date], total: int) -> dict[date, int]:
    """Distribute `total` arrivals over the days by weight. The counts add up to `total` exactly."""
    weights = [weight_of(calendar, day) for day in days]
    whole, counts, given, passed = sum(weights), {}, 0, 0.0
    for day, weight in zip(days, weights, strict=True):
        passed += weight
        counts[day] = round(total * passed / whole) - given
        given += counts[day]
    return counts


def moments(day: date, count: int, chance: Random, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield `count` random times of a day in ascending order."""
    hours = chance.choices(range(24), weights=BY_HOUR, k=count)
    for second in sorted(hour * 3600 + chance.randrange(3600) for hour in hours):
        yield datetime.combine(day, time(), zone) + timedelta(seconds=second)
