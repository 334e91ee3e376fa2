"""Slots that rooms fill at start (in `AppConfig.ready`), so that the page shell never imports a room above it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation.registry import Port, Registry

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
    """One entry of a menu: `area` is `citizen`, `my` (a citizen's own rooms) or `desk`; `to` is the name of a URL.

    It is marked as the current one on its own page; with `below`, on every page whose address begins with its own;
    and on the pages that `covers` names (names of URLs, `*` at the end stands for any). With `gathers` it is current
    wherever an entry of that area is.
    """

    text: str
    to: str
    area: str = "desk"
    query: str = ""
    below: bool = False
    covers: tuple[str, ...] = ()
    gathers: str = ""
    order: int = 100
    posts: tuple[str, ...] = ()
    """Kinds of posts whose holders see the entry; none named, and everybody does."""

    @property
    def href(self) -> str:
        return f"{reverse(self.to)}{'?' if self.query else ''}{self.query}"

    def is_current(self, request: HttpRequest) -> bool:
        target = request.get_full_path() if self.query else request.path
        if target == self.href or (self.below and request.path.startswith(self.href)):
            return True
        name = request.resolver_match.view_name if request.resolver_match else ""
        if any(fnmatch(name, pattern) for pattern in self.covers):
            return True
        return any(entry.is_current(request) for entry in menus if entry.area == self.gathers)


Provider = Callable[..., Iterable[Any]]
"""`provide(request)`, or `provide(request, thing)` where the slot is about a thing, e.g. an application."""


@dataclass(frozen=True)
class Card:
    """What a room puts into a slot of somebody else's page; `provide` is asked for each page."""

    slot: str
    provide: Provider
    order: int = 100


cards: Registry[Card] = Registry("cards", order=lambda card: card.order)
menus: Registry[MenuEntry] = Registry("menu entries", order=lambda entry: entry.order)
viewer_port: Port[Callable[[HttpRequest], Viewer | None]] = Port("who looks at a page")


def fill(slot: str, request: HttpRequest, *about: Any) -> list[Any]:
    """Everything that the rooms put into the slot; a room that fails is left out and logged."""
    filled: list[Any] = []
    for card in cards:
        if card.slot != slot:
            continue
        try:
            filled.extend(card.provide(request, *about))
        except Exception:
            log.exception("slot %s: %s failed", slot, card.provide.__module__)
    return filled


def menu(area: str, viewer: Viewer | None = None) -> list[MenuEntry]:
    """The entries of an area that the viewer has a use for."""
    held = set(viewer.posts) if viewer else set()
    return [entry for entry in menus if entry.area == area and (not entry.posts or held.intersection(entry.posts))]


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The signed-in viewer, or None. Kept on the request, so that a page asks once."""
    if not hasattr(request, "_viewer"):
        found: Viewer | None = None
        if viewer_port.is_offered:
            found = viewer_port.get()(request)
        elif getattr(getattr(request, "user", None), "is_authenticated", False):
            found = Viewer(name="已登录")
        request._viewer = found  # type: ignore[attr-defined]
    viewer: Viewer | None = request._viewer  # type: ignore[attr-defined]
    return viewer
