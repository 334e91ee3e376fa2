"""Slots that rooms fill at start (in `AppConfig.ready`), so that the page shell never imports a room above it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Viewer:
    """Who looks at the page: what the header may show of a signed-in person."""

    name: str
    """The masked name, e.g. `李*敏`."""
    salutation: str = ""
    """How the home page greets, e.g. `李女士`; empty: the masked name."""
    is_officer: bool = False
    department: str = ""
    actor: Any = None
    posts: tuple[str, ...] = ()
    """The kinds of posts held, for the desk's menu; `actor` leaves them out on the pages of citizens."""
    acting_for: str = ""
    """In whose name he acts, when that is not himself."""
    at_window: bool = False
    """He is a clerk, and the one he acts for stands before him."""
    acting_words: str = ""
    """By what kind of mandate he acts, e.g. `亲情代办`; empty for a firm's representative and at a window."""
    represents: bool = False
    """There is an organisation that he may act for."""
    helps: bool = False
    """Somebody has mandated him to act."""
    idle_minutes: int = 0
    """After so many minutes without a request the session ends; 0: never."""


@dataclass(frozen=True)
class MenuEntry:
    """One entry of a menu: `area` is `citizen`, `my` (a citizen's own rooms) or `desk`.

    `prefixes` mark it as the current one.
    `posts`: kinds of posts whose holders see it; none named, and everybody does.
    """

    text: str
    href: str
    area: str = "desk"
    prefixes: tuple[str, ...] = ()
    order: int = 100
    posts: tuple[str, ...] = ()

    def is_current(self, request: HttpRequest) -> bool:
        target = request.get_full_path() if "?" in self.href else request.path
        return target == self.href or any(request.path.startswith(p) for p in self.prefixes)


Provider = Callable[[HttpRequest], Iterable[Any]]
_providers: dict[str, list[tuple[int, Provider]]] = {}
_menu: list[MenuEntry] = []
_find_viewer: Callable[[HttpRequest], Viewer | None] | None = None


def register(slot: str, provide: Provider, *, order: int = 100) -> None:
    """Let `provide(request)` add its cards to the slot. Registering the same function again changes nothing."""
    known = _providers.setdefault(slot, [])
    if all(p is not provide for _, p in known):
        known.append((order, provide))
        known.sort(key=lambda pair: pair[0])


def fill(slot: str, request: HttpRequest) -> list[Any]:
    """Everything that the rooms put into the slot; a room that fails is left out and logged."""
    filled: list[Any] = []
    for _, provide in _providers.get(slot, ()):
        try:
            filled.extend(provide(request))
        except Exception:
            log.exception("slot %s: %s failed", slot, provide.__module__)
    return filled


def register_menu(entry: MenuEntry) -> None:
    if entry not in _menu:
        _menu.append(entry)
        _menu.sort(key=lambda e: e.order)


def menu(area: str, viewer: Viewer | None = None) -> list[MenuEntry]:
    """The entries of an area that the viewer has a use for."""
    held = set(viewer.posts) if viewer else set()
    return [entry for entry in _menu if entry.area == area and (not entry.posts or held.intersection(entry.posts))]


def register_viewer(find: Callable[[HttpRequest], Viewer | None]) -> None:
    """The identity room says who is signed in; asked once a request."""
    global _find_viewer
    _find_viewer = find


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The signed-in viewer, or None. Kept on the request, so that a page asks once."""
    if not hasattr(request, "_viewer"):
        found: Viewer | None = None
        if _find_viewer is not None:
            found = _find_viewer(request)
        elif getattr(getattr(request, "user", None), "is_authenticated", False):
            found = Viewer(name="已登录")
        request._viewer = found  # type: ignore[attr-defined]
    viewer: Viewer | None = request._viewer  # type: ignore[attr-defined]
    return viewer
