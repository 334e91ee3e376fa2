"""Since when drafts are kept as long as the settings say."""

from datetime import date

from tongban.handling.cases.models import DraftTerm


def term_noted() -> DraftTerm | None:
    """Return the newest term that the nightly task has noted, or None."""
    return DraftTerm.objects.order_by("-id").first()


def in_force_since(days: int, today: date) -> date:
    """Return the day from which drafts are kept for `days` days. It is today until the nightly task has noted it."""
    noted = term_noted()
    return noted.since if noted is not None and noted.days == days else today
