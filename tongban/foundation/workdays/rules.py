"""Periods in working days (行政许可法 Art. 82): counting starts on the next working day.

The State Council publishes the holidays of a year in the autumn before. A calendar therefore goes on beyond the last
table that is loaded, by a guess: weekends, and the holidays that have the same date in every year: 1 January, 1 and
2 May, 1 to 3 October (全国年节及纪念日放假办法 Art. 2). Those that depend on the lunar calendar or solar terms are not
guessed, nor is any make-up day. A day in such a year is provisional.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from tongban.foundation.errors import Invalid

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the public holidays with a fixed date."""


class DayBeforeCalendar(Invalid):
    """The day is before the first year of the calendar, so its working days cannot be counted."""

    code = "day-before-calendar"

    def __init__(self, day: date, first: int | None) -> None:
        known = f"工作日历从 {first} 年开始" if first else "工作日历还没有导入"
        super().__init__(
            f"{known}，{day.isoformat()} 之后的工作日没法计算。请核对日期；日期没错的话，请平台管理员导入。"
        )


@lru_cache(maxsize=64)
def guessed(year: int) -> tuple[date, ...]:
    """Return the working days of a year without a table: Monday to Friday, but no holiday with a fixed date."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS)


@dataclass(frozen=True)
class Calendar:
    """The working days of all years from the first one with a table, sorted; later years without one are guessed."""

    workdays: tuple[date, ...]
    """The working days up to the last year with a table."""
    provisional_years: frozenset[int] = frozenset()
    """The years of `workdays` whose table is provisional, or that have none."""
    _longer: dict[int, tuple[date, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, workdays: Iterable[date], provisional_years: Iterable[int] = ()) -> "Calendar":
        """Make a calendar from days in any order. A year between two others that has no days is guessed."""
        days, provisional = set(workdays), set(provisional_years)
        known = {day.year for day in days}
        for year in range(min(known, default=0), max(known, default=0)):
            if year not in known:
                days.update(guessed(year))
                provisional.add(year)
        return cls(tuple(sorted(days)), frozenset(provisional))

    def nth_workday(self, start: date, n: int) -> date:
        """Return the nth working day after `start`; for `n` = 0, `start` itself if it is a working day, else the next.

        Raises ValueError if `n` is negative, and DayBeforeCalendar if `start` is.
        """
        if n < 0:
            raise ValueError("a deadline is never before its start")
        year = start.year
        while True:
            days = self._through(start, year)
            index = bisect_left(days, start) if n == 0 else bisect_right(days, start) + n - 1
            if index < len(days):
                return days[index]
            year = max(year, days[-1].year) + 1 + (index - len(days)) // 260

    def nth_workday_back(self, end: date, n: int) -> date:
        """Return the nth working day before `end`. Raises DayBeforeCalendar where the calendar begins later."""
        days = self._through(end, end.year)
        index = bisect_left(days, end) - n
        if index < 0:
            raise DayBeforeCalendar(end, self.workdays[0].year)
        return days[index]

    def workdays_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative if `end` is before `start`.

        Raises DayBeforeCalendar if one of the days is.
        """
        days = self._through(min(start, end), max(start, end).year)
        return bisect_right(days, end) - bisect_right(days, start)

    def is_workday(self, day: date) -> bool:
        """Return whether a day is a working day. Raises DayBeforeCalendar."""
        days = self._through(day, day.year)
        index = bisect_left(days, day)
        return index < len(days) and days[index] == day

    def is_provisional(self, day: date) -> bool:
        """Return whether the table of the day's year is provisional or missing, since no official notice is loaded."""
        return day.year in self.provisional_years or not self.workdays or day.year > self.workdays[-1].year

    def _through(self, first: date, year: int) -> tuple[date, ...]:
        """Return the working days to the end of a year at least. Raises DayBeforeCalendar if `first` is."""
        if not self.workdays or first.year < self.workdays[0].year:
            raise DayBeforeCalendar(first, self.workdays[0].year if self.workdays else None)
        last = self.workdays[-1].year
        if year <= last:
            return self.workdays
        if year not in self._longer:
            later = (day for one in range(last + 1, year + 1) for day in guessed(one))
            self._longer[year] = (*self.workdays, *later)
        return self._longer[year]
