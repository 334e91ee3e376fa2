"""ASK: the working-day calendar as one value, read once per process."""

from functools import lru_cache

from tongban.foundation.workdays.models import CalendarDay
from tongban.foundation.workdays.rules import Calendar


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """Return all known working days. A table that another process loads is seen after the next start."""
    rows = list(CalendarDay.objects.order_by("day").values_list("day", "is_workday", "provisional"))
    return Calendar.of(
        (day for day, is_workday, _ in rows if is_workday),
        {day.year for day, _, provisional in rows if provisional},
    )
