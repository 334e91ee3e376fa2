"""ASK: which types of events there are, and what they are called."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from tongban.foundation.announcements.events import Event
from tongban.trust.ledger.events import event_types_of


@cache
def event_types() -> dict[str, type[Event]]:
    """Every type of event that the rooms of this house tell of, by its name; bases of others are none."""
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.events"):
            import_module(f"{app.name}.events")
    return {one.type_name(): one for one in event_types_of(Event)}


def label_of(type_name: str) -> str:
    """What an event is called in Chinese; its own name where the room was taken out of the house."""
    known = event_types().get(type_name)
    return known.label if known and known.label else type_name
