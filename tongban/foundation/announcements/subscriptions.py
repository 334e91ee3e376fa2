"""The functions that subscribe to events. They are registered at start from the `subscribers.py` of each room."""

from collections.abc import Callable
from dataclasses import dataclass

from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.naming import room_of
from tongban.foundation.announcements.ports import Announcement
from tongban.foundation.registry import Registry

Subscriber = Callable[[Announcement], None]
__all__ = ["Announcement", "Subscriber", "Subscription", "subscriber", "subscribers_of", "subscriptions"]


@dataclass(frozen=True)
class Subscription:
    """A function that runs for each event of a type. Jobs in the queue name both by their stored names."""

    type_name: str
    name: str
    run: Subscriber


subscriptions: Registry[Subscription] = Registry("subscriptions")


def subscriber(event: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register the decorated function for an event class. It runs once per event, in its own transaction.

    Its stored name is `room.function`, e.g. `signin.account_opened`; do not rename either while jobs may be queued.
    Raises AlreadyTaken if the room already has a subscriber of this name for the event.
    """

    def register(function: Subscriber) -> Subscriber:
        name = f"{room_of(function.__module__)}.{function.__name__}"
        subscriptions.add(f"{event.type_name()} to {name}", Subscription(event.type_name(), name, function))
        return function

    return register


def subscribers_of(type_name: str) -> dict[str, Subscriber]:
    """Return the subscribers of an event type by their stored names."""
    return {one.name: one.run for one in subscriptions if one.type_name == type_name}
