"""Periods in working days (行政许可法 Art. 82): counting starts on the next working day."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


class CalendarExhausted(Exception):
    """The requested day is beyond the calendar: the city must load that year's table."""


@dataclass(frozen=True)
class Calendar:
    """The sorted working days of all loaded years, and the years whose tables are provisional."""

    workdays: tuple[date, ...]
    provisional_years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, workdays: Iterable[date], provisional_years: Iterable[int] = ()) -> "Calendar":
        """Make a calendar from days in any order."""
        return cls(tuple(sorted(workdays)), frozenset(provisional_years))

    def nth_workday(self, start: date, n: int) -> date:
        """Return the nth working day after `start`; for `n` = 0, `start` itself if it is a working day, else the next.

        Raises ValueError if `n` is negative, and CalendarExhausted if that day is beyond the calendar.
        """
        if n < 0:
            raise ValueError("a deadline is never before its start")
        index = bisect_left(self.workdays, start) if n == 0 else bisect_right(self.workdays, start) + n - 1
        if index >= len(self.workdays):
            raise CalendarExhausted(f"the working-day calendar ends before day {n} after {start}")
        return self.workdays[index]

    def workdays_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative if `end` is before `start`."""
        return bisect_right(self.workdays, end) - bisect_right(self.workdays, start)

    def is_workday(self, day: date) -> bool:
        """Return whether a day is a working day; False beyond the calendar."""
        index = bisect_left(self.workdays, day)
        return index < len(self.workdays) and self.workdays[index] == day

    def is_provisional(self, day: date) -> bool:
        """Return whether the table of the day's year is provisional, because the official notice is not out yet."""
        return day.year in self.provisional_years
