"""Names under which events and subscribers are stored: by the label of their room, never by the path of a package."""

from functools import cache

from django.apps import apps


@cache
def room_of(module: str) -> str:
    """The label of the room that a module belongs to; outside of any room the name of the package it lies in."""
    room = apps.get_containing_app_config(module)
    return room.label if room is not None and ".tests." not in module else module.split(".")[-2]
