"""TELL: that something was rated. Subjects are the applications."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ApplicationRated(Event, label="作出评价"):
    level: int


@dataclass(frozen=True)
class RatingAdded(Event, label="追加评价"):
    level: int
