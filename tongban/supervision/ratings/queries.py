"""ASK: how an application was rated."""

from uuid import UUID

from tongban.supervision.ratings.models import Rating


def rating_of(application_id: UUID) -> Rating | None:
    """The rating of an application, or None: not rated is not a good rating."""
    return Rating.objects.filter(application_id=application_id).first()
