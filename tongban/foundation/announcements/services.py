"""DO: announce an event to rooms above, and deliver an event to one subscriber."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from procrastinate.types import JSONDict

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.gathering import gather, hold_back
from tongban.foundation.announcements.models import Delivery
from tongban.foundation.announcements.ports import Act, EventActor, recorder
from tongban.foundation.announcements.subscriptions import subscribers_of
from tongban.foundation.ids import new_id
from tongban.foundation.operations.jobs import defer

log = logging.getLogger("tongban.announcements")


def announce(
    event: Event, *, actor: EventActor, at: datetime | None = None, reason: str = "", entry_id: UUID | None = None
) -> UUID:
    """Record an event and queue one job per subscriber in the caller's transaction. Return the id of the ledger entry.

    Save the changed rows first, because the entry contains the rows that the event accounts for. Pass `entry_id` if
    these rows refer to the entry.
    """
    return announce_many([event], actor=actor, at=at, reason=reason, entry_id=entry_id)[0]


@transaction.atomic(savepoint=False)
def announce_many(
    events: Sequence[Event],
    *,
    actor: EventActor,
    at: datetime | None = None,
    reason: str = "",
    entry_id: UUID | None = None,
) -> list[UUID]:
    """Announce several events of one action in order. Return the ids of their ledger entries.

    Within `together`, they are recorded at its end.
    """
    moment = at or clock.now()
    acts = [Act(event, actor, moment, reason, entry_id or new_id()) for event in events]
    if not hold_back(acts):
        _record(acts)
    return [act.entry_id for act in acts]


@contextmanager
def together() -> Iterator[None]:
    """Write what the block announces and saves for later at its end, in few statements (see `gathering`).

    The block needs a transaction, which must not go on if the block fails.
    """
    with gather(_record):
        yield


def _record(acts: Sequence[Act]) -> None:
    recorder.get().record_acts(acts)
    jobs: list[JSONDict] = [
        {"entry_id": str(act.entry_id), "subscriber": name}
        for act in acts
        for name in subscribers_of(act.event.type_name())
    ]
    if jobs:
        defer("announcements.deliver", *jobs)


@transaction.atomic
def deliver(entry_id: UUID, subscriber: str) -> None:
    """Run one subscriber for one entry. Does nothing if the subscriber has already processed the entry.

    A subscriber that is not installed is logged and passed over: its room was removed, or it was renamed while jobs
    were queued.
    """
    announcement = recorder.get().announcement_of(entry_id)
    function = subscribers_of(announcement.type).get(subscriber)
    if function is None:
        log.warning(
            "entry %s (%s): there is no subscriber %s, so nothing was delivered",
            entry_id,
            announcement.type,
            subscriber,
        )
        return
    try:
        with transaction.atomic():
            Delivery.objects.create(entry_id=entry_id, subscriber=subscriber)
    except IntegrityError:
        return
    function(announcement)
