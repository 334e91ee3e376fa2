"""Visits to windows."""

from datetime import timedelta
from uuid import UUID

from tongban.foundation import clock
from tongban.people.identity.models import Visit

MAX_VISIT = timedelta(hours=2)
"""A visit is over after this time even if the clerk did not end it."""


def open_visit(clerk_id: UUID) -> Visit | None:
    """Return the visit that the clerk serves now."""
    since = clock.now() - MAX_VISIT
    current = Visit.objects.filter(clerk_id=clerk_id, ended_at__isnull=True, began_at__gte=since)
    return current.select_related("present", "applicant").first()


def has_phone_from_window(subject_id: UUID) -> bool:
    """Return whether the clerk of their first visit registered somebody, so that the clerk also typed their phone."""
    return Visit.objects.filter(present_id=subject_id, registered=True).exists()
