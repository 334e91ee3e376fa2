"""The port through which announcements reach the ledger, which records every event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
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


Past = dict[str, dict[str, dict[str, Any] | None]]
"""Table -> key of a row -> the columns whose values were different, or None for a row that did not exist."""


class Act(NamedTuple):
    """An event with everything that its record needs."""

    event: Event
    actor: EventActor
    at: datetime
    reason: str
    entry_id: UUID
    """The id that its entry gets."""
    past: Past = {}
    """How rows were when the event happened, where they have changed since. Empty if it is recorded at once."""


class Recorder(Protocol):
    """Records events permanently."""

    def record_acts(self, acts: Sequence[Act]) -> None:
        """Record several events, perhaps of different actors, in the caller's transaction and in this order."""

    def announcement_of(self, entry_id: UUID) -> Announcement:
        """Return one recorded event. Raises an error if there is no such entry."""


recorder: Port[Recorder] = Port("a recorder of events")
