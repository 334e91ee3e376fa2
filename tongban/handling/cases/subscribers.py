"""Count due days again when a table of working days has been loaded."""

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.foundation.operations.jobs import defer
from tongban.foundation.workdays.events import CalendarLoaded

LATER = 5
"""Seconds until the job runs. Once it runs, no process counts with the old table any more."""


@subscriber(CalendarLoaded)
def calendar_loaded(event: Announcement) -> None:
    """Queue the recount, which takes a transaction for each case."""
    defer(
        "cases.recount_due_days",
        {"year": event.payload["year"], "notice": event.payload.get("notice", "")},
        seconds=LATER,
    )
