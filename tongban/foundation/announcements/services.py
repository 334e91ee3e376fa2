"""DO: announce an event upwards; deliver it to one subscriber."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation.announcements import tasks
from tongban.foundation.announcements.models import Delivery
from tongban.foundation.announcements.subscriptions import Announcement, subscribers_of
from tongban.foundation.ledger import queries as ledger_queries
from tongban.foundation.ledger import services as ledger
from tongban.foundation.ledger.events import Event


@transaction.atomic
def announce(event: Event, *, actor: ledger.Recorded, at: datetime | None = None, reason: str = "") -> UUID:
    """Record the event and queue one job per subscriber, all in the caller's transaction; returns the entry's id."""
    entry_id = ledger.record(event, actor=actor, at=at, reason=reason)
    for name in subscribers_of(event.type_name()):
        tasks.deliver.defer(entry_id=str(entry_id), subscriber=name)
    return entry_id


@transaction.atomic
def deliver(entry_id: UUID, subscriber: str) -> None:
    """Run one subscriber for one entry, once, however often the queue delivers it."""
    entry = ledger_queries.entry(entry_id)
    function = subscribers_of(entry.type).get(subscriber)
    if function is None:  # the room was taken out of the house
        return
    try:
        with transaction.atomic():
            Delivery.objects.create(entry_id=entry_id, subscriber=subscriber)
    except IntegrityError:
        return
    function(
        Announcement(
            entry_id=entry.id,
            type=entry.type,
            subject=entry.subject,
            actor=entry.actor,
            principal=entry.principal,
            at=entry.at,
            payload=entry.payload,
        )
    )
