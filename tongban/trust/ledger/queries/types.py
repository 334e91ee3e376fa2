"""The types of events and their Chinese labels."""

from functools import cache

from django.db import connection

from tongban.foundation.announcements.events import Event
from tongban.foundation.rooms import installed
from tongban.trust.ledger.events import event_types_of


@cache
def event_types() -> dict[str, type[Event]]:
    """Return all event types of the installed rooms by name, without base classes."""
    for room in installed():
        room.part("events")
    return {one.type_name(): one for one in event_types_of(Event)}


def label_of(type_name: str) -> str:
    """Return the Chinese label of an event type, or its name if its room is no longer installed."""
    known = event_types().get(type_name)
    return known.label if known and known.label else type_name


def types_of_absent_rooms() -> list[str]:
    """Return the types of recorded entries that no installed room declares: their rooms have been left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT type FROM ledger_entry ORDER BY type")
        return [name for (name,) in cursor.fetchall() if name not in event_types()]
