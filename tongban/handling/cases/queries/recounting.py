"""What a new table of working days would do to the due days of open cases. Nothing is changed."""

from dataclasses import dataclass
from datetime import date

from tongban.foundation import clock
from tongban.foundation.workdays.rules import Calendar
from tongban.handling.cases.models import Case
from tongban.handling.cases.rules.deadlines import decision_due

EXAMPLES = 10


@dataclass(frozen=True)
class Moved:
    """How many open cases have their decision due in or after a year, and how many of these days would move."""

    running: int
    earlier: int
    later: int
    examples: list[tuple[str, date, date]]
    """At most ten cases: number, promised day now, promised day then."""


def due_days_moved_by(calendar: Calendar, year: int) -> Moved:
    """Count the due days that the calendar would move. One query, in the number of open cases that reach the year."""
    open_cases = Case.objects.filter(
        closed_at__isnull=True, decided_at__isnull=True, accepted_at__isnull=False, legal_due__gte=date(year, 1, 1)
    )
    running = earlier = later = 0
    examples: list[tuple[str, date, date]] = []
    values = open_cases.order_by("promise_due", "id").values_list(
        "number", "accepted_at", "promised_days", "legal_days", "promise_due"
    )
    for number, accepted_at, promised, legal, now in values.iterator(chunk_size=2000):
        running += 1
        if accepted_at is None or now is None:
            continue
        then = decision_due(calendar, clock.legal_day(accepted_at), promised, legal).promised
        earlier, later = earlier + (then < now), later + (then > now)
        if then != now and len(examples) < EXAMPLES:
            examples.append((number, now, then))
    return Moved(running, earlier, later, examples)
