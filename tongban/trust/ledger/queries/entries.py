"""Recorded entries."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet

from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.queries.reading import RecordedEntry

Row = TypeVar("Row", bound=Model)


def entries_of(subject: UUID | Iterable[UUID]) -> list[RecordedEntry]:
    """Return the entries of one or several subjects, oldest first."""
    subjects = [subject] if isinstance(subject, UUID) else list(subject)
    return list(Entry.objects.filter(subject__in=subjects).order_by("at", "id"))


def entry(entry_id: UUID) -> RecordedEntry:
    """Return one entry. Raises `Entry.DoesNotExist`."""
    return Entry.objects.get(id=entry_id)


def count_of(type_name: str, *, since: datetime) -> int:
    """Return how many entries of a type were recorded since then."""
    return Entry.objects.filter(type=type_name, at__gte=since).count()


def without_entries(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that no entry has as its subject."""
    return rows.filter(~Exists(Entry.objects.filter(subject=OuterRef("pk"))))


def with_entries(subjects: Iterable[UUID]) -> set[UUID]:
    """Return those of the subjects that have an entry."""
    return set(Entry.objects.filter(subject__in=list(subjects)).values_list("subject", flat=True))


def entries_for(principal: UUID, *, types: Iterable[str], by: str = "", mandate: str = "") -> QuerySet[Entry]:
    """Return what others did in the principal's name, newest first.

    Only events of the given types are included; `by` restricts them to one actor, `mandate` to one mandate.
    """
    done = Entry.objects.filter(principal=principal, type__in=list(types)).exclude(actor=str(principal))
    if by:
        done = done.filter(actor=by)
    if mandate:
        done = done.filter(payload__mandate=mandate)
    return done.order_by("-at", "-id")
