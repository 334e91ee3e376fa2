"""DO: record an event. The Merkle log will stand behind this door; callers will not notice."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from tongban.foundation import clock
from tongban.foundation.ledger.events import Event
from tongban.foundation.ledger.models import Entry


class Recorded(Protocol):
    """Who acts, as the ledger needs to know it (see identity.actors.Actor)."""

    @property
    def name_for_record(self) -> str: ...
    @property
    def principal_id(self) -> UUID | None: ...


def record(event: Event, *, actor: Recorded, at: datetime | None = None, reason: str = "") -> UUID:
    """Append the event in the caller's transaction; returns the entry's id."""
    entry = Entry.objects.create(
        type=event.type_name(),
        version=event.version,
        subject=event.subject,
        actor=actor.name_for_record,
        principal=actor.principal_id,
        at=at or clock.now(),
        reason=reason,
        payload=event.payload(),
    )
    return entry.id
