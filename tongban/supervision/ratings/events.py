"""TELL: an application was rated, or the rating was added to. The subject is the application."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ApplicationRated(Event, label="作出评价", applicant_label="您作了评价", principal_label="作了评价"):
    """An applicant rated a closed application."""

    level: int


@dataclass(frozen=True)
class RatingAdded(Event, label="追加评价", applicant_label="您追加了评价", principal_label="追加了评价"):
    """An applicant added words to their rating; the level is unchanged."""

    level: int
