"""What announcements need from above: the ledger in which every event is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongban.foundation.announcements.events import Event
from tongban.foundation.registry import Port


class Recorded(Protocol):
    """Who acts, as far as a record needs to know."""

    @property
    def name_for_record(self) -> str: ...
    @property
    def principal_id(self) -> UUID | None: ...
    @property
    def mandate_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Announcement:
    """An event as it was recorded, and as a subscriber receives it."""

    entry_id: UUID
    type: str
    subject: UUID
    actor: str
    principal: UUID | None
    at: datetime
    payload: dict[str, Any]


class Recorder(Protocol):
    """Keeps events for good."""

    def record_many(
        self,
        events: Iterable[Event],
        *,
        actor: Recorded,
        at: datetime | None = None,
        reason: str = "",
        entry_id: UUID | None = None,
    ) -> list[UUID]:
        """Record the events in the caller's transaction; returns the ids of their entries."""

    def recorded(self, entry_id: UUID) -> Announcement:
        """One event as it was recorded; raises when there is no such entry."""


recorder: Port[Recorder] = Port("a recorder of events")
