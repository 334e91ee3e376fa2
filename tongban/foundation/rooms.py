"""The declaration of a room, written once in its `room.py`. `site` finds the rooms and assembles them."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import ClassVar

from django.apps import AppConfig, apps

from tongban.foundation.operations.queues import Queue, queues
from tongban.foundation.ui import shell, slots
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuEntry
from tongban.foundation.ui.targets import SearchTarget, targets

IMPORTED = ("policies", "subscribers")
"""Modules that register their contents when they are imported."""


class Room(AppConfig):
    """A room of the house: one Django app, declared in `room.py` by a subclass named `Room`.

    These modules beside `room.py` are found by name: `urls.py` (addresses), `api.py` (operations of the programming
    interface), `policies.py`, `subscribers.py`, `tasks.py`, `events.py`, `folds.py`. `label` is stored in the database
    (names of tables, events and keys), so it never changes. `room.py` is imported before any model; anything that needs
    models is imported inside `connect`.
    """

    default_auto_field = "django.db.models.BigAutoField"
    doors: ClassVar[tuple[str, ...]] = ()
    """Modules that other rooms may import besides `services`, `queries` and `events`."""
    is_pointed_at: ClassVar[bool] = False
    """Whether models of other rooms may have foreign keys to models of this room."""
    menu: ClassVar[tuple[MenuEntry, ...]] = ()
    covered: ClassVar[dict[str, str]] = {}
    """Pages that belong under another room's menu entry, by that entry's place: `{"acting:window*": "visit"}`."""
    footer: ClassVar[tuple[FooterLink, ...]] = ()
    places: ClassVar[Mapping[str, str]] = {}
    """Pages that the page shell links to by a short name: `{"my": "my:applications"}`."""
    styles: ClassVar[tuple[str, ...]] = ()
    """Static paths of the style sheets of the room's pages; they follow the style sheets of the page shell."""
    search_targets: ClassVar[tuple[SearchTarget, ...]] = ()
    """Pages that the search offers beside services."""
    audiences: ClassVar[Mapping[str, str]] = {}
    """Who may open each address of `urls.py`: the name of the URL -> an `identity.audiences.Audience`. Complete."""
    queues: ClassVar[tuple[Queue, ...]] = ()
    """The queues of the room's tasks; every worker serves the queues of all rooms."""

    def connect(self) -> None:
        """Offer ports and fill registries. Called once, after all models are loaded."""

    def ready(self) -> None:
        for name in IMPORTED:
            self.part(name)
        for entry in self.menu:
            slots.menus.add(f"{entry.area}: {entry.text}", entry)
        for pattern, place in self.covered.items():
            slots.covered.add(pattern, place)
        for link in self.footer:
            shell.footer.add(f"{link.column}: {link.text}", link)
        for place, name in self.places.items():
            shell.places.add(place, name)
        for style in self.styles:
            shell.styles.add(style, style)
        for target in self.search_targets:
            targets.add(target.text, target)
        for queue in self.queues:
            queues.add(queue.name, queue)
        self.connect()

    def part(self, name: str) -> ModuleType | None:
        """Import and return the room's module of that name, or return None if it does not exist."""
        path = f"{self.name}.{name}"
        return import_module(path) if find_spec(path) else None


def installed() -> list[Room]:
    """Return the rooms of this platform, from the foundation upwards."""
    return [room for room in apps.get_app_configs() if isinstance(room, Room)]
