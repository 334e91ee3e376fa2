"""ASK: what was recorded."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet

from tongban.trust.ledger.models import Entry

Row = TypeVar("Row", bound=Model)


def entries_of(subject: UUID | Iterable[UUID]) -> list[Entry]:
    """The entries of one subject or several, in the order in which they were made."""
    subjects = [subject] if isinstance(subject, UUID) else list(subject)
    return list(Entry.objects.filter(subject__in=subjects).order_by("at", "id"))


def entry(entry_id: UUID) -> Entry:
    """One entry; Entry.DoesNotExist when it was never made."""
    return Entry.objects.get(id=entry_id)


def without_entries(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows of which nothing was ever recorded, for the invariant checker."""
    return rows.filter(~Exists(Entry.objects.filter(subject=OuterRef("pk"))))


def with_entries(subjects: Iterable[UUID]) -> set[UUID]:
    """Those of the subjects of which something was recorded."""
    return set(Entry.objects.filter(subject__in=list(subjects)).values_list("subject", flat=True))


def entries_for(principal: UUID, *, types: Iterable[str], by: str = "", mandate: str = "") -> "QuerySet[Entry]":
    """What others did in the principal's name, newest first; only events of these types, `by` one of them."""
    done = Entry.objects.filter(principal=principal, type__in=list(types)).exclude(actor=str(principal))
    if by:
        done = done.filter(actor=by)
    if mandate:
        done = done.filter(payload__mandate=mandate)
    return done.order_by("-at", "-id")
