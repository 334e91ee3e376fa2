"""The functions that subscribe to events. They are registered at start from the `subscribers.py` of each room."""

from collections.abc import Callable

from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.naming import room_of
from tongban.foundation.announcements.ports import Announcement
from tongban.foundation.registry import AlreadyTaken

Subscriber = Callable[[Announcement], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}
__all__ = ["Announcement", "Subscriber", "subscriber", "subscribers_of"]


def subscriber(event: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register the decorated function for an event class. It runs once per event, in its own transaction.

    Its stored name is `room.function`, e.g. `signin.account_opened`; do not rename either while jobs may be queued.
    Raises AlreadyTaken if the room already has a subscriber of this name for the event.
    """

    def register(function: Subscriber) -> Subscriber:
        name = f"{room_of(function.__module__)}.{function.__name__}"
        known = _subscribers.setdefault(event.type_name(), {})
        if name in known:
            raise AlreadyTaken(f"subscribers of {event.type_name()}: {name} is registered already")
        known[name] = function
        return function

    return register


def subscribers_of(type_name: str) -> dict[str, Subscriber]:
    """Return the subscribers of an event type by their stored names."""
    return _subscribers.get(type_name, {})
