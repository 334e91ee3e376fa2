"""DO: rate a finished application once, and add to it once."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.characters import visible
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.handling.cases import queries as cases
from tongban.people.identity.actors import Actor
from tongban.supervision.ratings import events, rules
from tongban.supervision.ratings.models import Rating


@transaction.atomic
def rate(number: str, *, level: int, tags: list[str], words: str, actor: Actor) -> Rating:
    """Rate a finished application of the actor's own.

    Raises Conflict if it is not closed, was closed too long ago or is rated already, and Invalid for a rating that
    breaks `rules.check_rating`.
    """
    application_id, subject_id, closed_at = _own(number, actor)
    now, words = clock.now(), visible(words)
    rules.check_open(closed_at, now, hotline=city().hotline)
    rules.check_rating(level, tags, words)
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                application_id=application_id,
                subject_id=subject_id,
                level=level,
                tags=sorted(set(tags)),
                words=words,
                rated_at=now,
            )
    except IntegrityError:
        raise Conflict("这次办理您已经评价过了，还可以追加一次评价。") from None
    announce(events.ApplicationRated(subject=application_id, level=level), actor=actor, at=now)
    return rating


@transaction.atomic
def add(number: str, *, words: str, actor: Actor) -> Rating:
    """Add words to the actor's rating.

    Raises NotFound if there is no rating, Conflict if it was added to already, and Invalid if the words are
    missing or too long.
    """
    application_id, _, _ = _own(number, actor)
    rating = Rating.objects.select_for_update().filter(application_id=application_id).first()
    if rating is None:
        raise NotFound("还没有评价，请先评价。")
    if rating.added_at is not None:
        raise Conflict("追加评价只有一次，您已经追加过了。")
    words = visible(words)
    if not words:
        raise Invalid(rules.NO_ADDITION, field="words")
    rules.check_words(words)
    rating.addition, rating.added_at = words, clock.now()
    rating.save(update_fields=["addition", "added_at"])
    announce(events.RatingAdded(subject=application_id, level=rating.level), actor=actor, at=rating.added_at)
    return rating


def _own(number: str, actor: Actor) -> tuple[UUID, UUID, datetime | None]:
    """Return the application's id, the applicant's id and the moment of closing. Raises NotFound for others'."""
    subject_id = actor.acting_for
    if subject_id is None:
        raise NotFound("请先登录，再评价。")
    application = cases.application_of(number, actor=actor)
    return application.id, subject_id, application.closed_at
