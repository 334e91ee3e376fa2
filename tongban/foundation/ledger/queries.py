"""ASK: what was recorded."""

from collections.abc import Iterable
from uuid import UUID

from tongban.foundation.ledger.models import Entry


def entries_of(subject: UUID | Iterable[UUID]) -> list[Entry]:
    """The entries of one subject or several, in the order in which they were made."""
    subjects = [subject] if isinstance(subject, UUID) else list(subject)
    return list(Entry.objects.filter(subject__in=subjects).order_by("at", "id"))


def entry(entry_id: UUID) -> Entry:
    """One entry; Entry.DoesNotExist when it was never made."""
    return Entry.objects.get(id=entry_id)


def subjects_with_entries() -> set[UUID]:
    """Every subject that something was ever recorded of, for the invariant checker."""
    return set(Entry.objects.values_list("subject", flat=True).distinct().iterator())
