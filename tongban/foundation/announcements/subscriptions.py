"""Which functions want to hear of which events: those in the rooms' `subscribers.py`, registered at start."""

from collections.abc import Callable

from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.naming import room_of
from tongban.foundation.announcements.ports import Announcement
from tongban.foundation.registry import AlreadyTaken

Subscriber = Callable[[Announcement], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}
__all__ = ["Announcement", "Subscriber", "subscriber", "subscribers_of"]


def subscriber(event: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register a function for an event class. It runs once for each event, in a transaction of its own.

    Its stored name is `room.function`, e.g. `signin.account_opened`: rename neither while jobs may be queued. Raises
    AlreadyTaken when the room has such a function for the event.
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
    return _subscribers.get(type_name, {})
