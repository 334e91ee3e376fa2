"""How long a draft is kept that nobody works on. Pure."""

from datetime import date, timedelta

NOTICE_DAYS = 14
"""So many days before a draft is emptied, its card says so."""
ANNOUNCED_ON = date(2026, 12, 1)
"""The day from which drafts are emptied at all. Older ones are kept until notice could be given."""


def emptied_on(saved: date, days: int) -> date:
    """Return the day on which a draft that was last saved on `saved` is emptied; `days` are calendar days."""
    return max(saved + timedelta(days=days), ANNOUNCED_ON + timedelta(days=NOTICE_DAYS))


def is_due_for_notice(today: date, saved: date, days: int) -> bool:
    """Return whether the draft is emptied within the days of notice."""
    return today >= emptied_on(saved, days) - timedelta(days=NOTICE_DAYS)
