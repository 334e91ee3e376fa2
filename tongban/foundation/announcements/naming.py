"""Stored names of events and subscribers. They contain the label of the room, never the path of a package."""

from functools import cache

from django.apps import apps


@cache
def room_of(module: str) -> str:
    """Return the label of the room that contains a module, or the name of the module's package outside any room."""
    room = apps.get_containing_app_config(module)
    return room.label if room is not None and ".tests." not in module else module.split(".")[-2]
