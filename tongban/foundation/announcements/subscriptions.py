"""Who wants to hear of what: functions in the rooms' `subscribers.py`, registered at start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.trust.ledger.events import Event


@dataclass(frozen=True)
class Announcement:
    """An event as a subscriber receives it."""

    entry_id: UUID
    type: str
    subject: UUID
    actor: str
    principal: UUID | None
    at: datetime
    payload: dict[str, Any]


Subscriber = Callable[[Announcement], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}


def subscriber(event: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register a function for an event class. It runs once for each event, in a transaction of its own."""

    def register(function: Subscriber) -> Subscriber:
        _subscribers.setdefault(event.type_name(), {})[f"{function.__module__}.{function.__name__}"] = function
        return function

    return register


def subscribers_of(type_name: str) -> dict[str, Subscriber]:
    return _subscribers.get(type_name, {})
