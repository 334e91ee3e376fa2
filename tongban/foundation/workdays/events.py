"""TELL: changes of the working-day calendar."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class CalendarLoaded(Event, label="导入工作日历", administrative=True):
    """`subject` is derived from the year, because a year has no id of its own."""

    year: int
    workdays: int
    provisional: bool
    notice: str = ""
    """The official notice, as the operator named it."""
