"""ASK: the rating of an application."""

from uuid import UUID

from tongban.supervision.ratings.models import Rating


def rating_of(application_id: UUID) -> Rating | None:
    """Return the rating of an application, or None. An application without a rating does not count as a good one."""
    return Rating.objects.filter(application_id=application_id).first()
