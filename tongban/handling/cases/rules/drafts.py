"""How long a draft is kept that nobody works on. Pure. Days are calendar days."""

from datetime import date, timedelta

NOTICE_DAYS = 14
"""How many days before a draft is emptied its card says so."""


def emptied_on(saved: date, days: int, since: date) -> date:
    """Return the day on which a draft that was last saved on `saved` is emptied.

    `days` is how long it is kept, and `since` the day from which this term applies: after a shorter term was set, the
    drafts that it concerns are kept until notice was given.
    """
    return max(saved + timedelta(days=days), since + timedelta(days=NOTICE_DAYS))


def is_due_for_notice(today: date, saved: date, days: int) -> bool:
    """Return whether a draft is old enough to be emptied within the days of notice."""
    return today >= saved + timedelta(days=days - NOTICE_DAYS)
