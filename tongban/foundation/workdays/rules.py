"""Counting in working days (行政许可法 Art. 82): the first counted day is the next working day."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


class CalendarExhausted(Exception):
    """A day was asked for that the calendar does not reach: the city must load that year's table."""


@dataclass(frozen=True)
class Calendar:
    """The sorted working days of the years known, and the years whose table is provisional."""

    workdays: tuple[date, ...]
    provisional_years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, workdays: Iterable[date], provisional_years: Iterable[int] = ()) -> "Calendar":
        return cls(tuple(sorted(workdays)), frozenset(provisional_years))

    def nth_workday(self, start: date, n: int) -> date:
        """The nth working day after `start`; `n` = 0 gives `start` itself, or the next working day if it is none."""
        if n < 0:
            raise ValueError("a deadline is never before its start")
        index = bisect_left(self.workdays, start) if n == 0 else bisect_right(self.workdays, start) + n - 1
        if index >= len(self.workdays):
            raise CalendarExhausted(f"the working-day calendar ends before day {n} after {start}")
        return self.workdays[index]

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is before `start`."""
        return bisect_right(self.workdays, end) - bisect_right(self.workdays, start)

    def is_workday(self, day: date) -> bool:
        index = bisect_left(self.workdays, day)
        return index < len(self.workdays) and self.workdays[index] == day

    def is_provisional(self, day: date) -> bool:
        return day.year in self.provisional_years
