"""The health check of the calendar: it fails months before days would have to be guessed."""

from datetime import timedelta

from tongban.foundation import clock, health
from tongban.foundation.health import Finding
from tongban.foundation.workdays import queries

AHEAD = timedelta(days=180)
"""How far ahead due days are counted: for promises of 90 working days and more."""
LAST_CALL = timedelta(days=31)
"""How long before its first day the table of a year may still be provisional."""


def register() -> None:
    health.register("calendar", state)


def state() -> Finding:
    """Return whether the tables of this year and of the next half year are loaded."""
    found = queries.outlook(clock.legal_day(clock.now()), ahead=AHEAD, last_call=LAST_CALL)
    return Finding(
        ok=not found.missing and not found.late,
        detail={"missing": found.missing, "provisional_but_near": found.late, "provisional": found.provisional},
    )
