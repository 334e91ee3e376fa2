"""TELL: the working-day table changed."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class CalendarLoaded(Event, label="导入工作日历", administrative=True):
    """`subject` is made from the year, which has no id of its own."""

    year: int
    workdays: int
    provisional: bool
