"""The port through which announcements reach the ledger, which records every event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongban.foundation.announcements.actors import EventActor as EventActor
from tongban.foundation.announcements.events import Event
from tongban.foundation.registry import Port


@dataclass(frozen=True)
class Announcement:
    """A recorded event, as a subscriber receives it."""

    entry_id: UUID
    type: str
    subject: UUID
    actor: str
    principal: UUID | None
    at: datetime
    payload: dict[str, Any]


class Recorder(Protocol):
    """Records events permanently."""

    def record_many(
        self,
        events: Iterable[Event],
        *,
        actor: EventActor,
        at: datetime | None = None,
        reason: str = "",
        entry_id: UUID | None = None,
    ) -> list[UUID]:
        """Record the events in the caller's transaction and return the ids of their entries."""

    def announcement_of(self, entry_id: UUID) -> Announcement:
        """Return one recorded event. Raises an error if there is no such entry."""


recorder: Port[Recorder] = Port("a recorder of events")
