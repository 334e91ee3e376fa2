"""Slots that rooms fill while the platform starts, so that the page shell never imports a room above it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch

from django.http import HttpRequest

from tongban.foundation.registry import Port, Registry
from tongban.foundation.ui import shell
from tongban.foundation.ui.addresses import address_of

log = logging.getLogger(__name__)
_VIEWER = "_viewer"
"""The attribute of a request that caches its viewer."""
_CURRENT = "_current_entries"


@dataclass(frozen=True)
class Viewer:
    """The signed-in person who views the page, as far as the page shell shows them.

    The room that offers `viewer_port` may derive a class from it with what the templates of higher rooms want to know.
    """

    name: str
    """The masked name, e.g. `李*敏`."""
    is_officer: bool = False
    """Whether they have the desk instead of the personal menu."""
    department: str = ""
    """What the header of the desk shows beside the product's name."""
    posts: tuple[str, ...] = ()
    """The kinds of posts the viewer holds, for the desk's menu."""
    city_posts: tuple[str, ...] = ()
    """The kinds of posts the viewer holds for the whole city, not only for a district."""
    idle_minutes: int = 0
    """Minutes without a request after which the session ends; 0 for never."""
    has_my_menu: bool = True
    """Whether pages of the personal menu show it to somebody who is no officer."""
    banner: str = ""
    """The template that every page shows above its header, e.g. in whose name the viewer acts; empty for none."""
    links: tuple[tuple[str, str], ...] = ()
    """Further links of the header beside the account, each a text and a place."""


class MenuArea(StrEnum):
    """The menus."""

    CITIZEN = "citizen"
    MY = "my"
    """The personal menu."""
    DESK = "desk"


@dataclass(frozen=True)
class MenuEntry:
    """One menu entry; `to` is the name of a URL.

    The entry is marked as current on its own page, on the pages in `covers` (names of URLs, `*` as a wildcard), and
    with `matches_subpages` on every page whose address begins with its own. With `current_for_area` it is current
    wherever an entry of that area is. Another room puts its pages under the entry by `Room.covered`.
    """

    text: str
    to: str
    area: MenuArea = MenuArea.DESK
    query: str = ""
    matches_subpages: bool = False
    covers: tuple[str, ...] = ()
    current_for_area: MenuArea | None = None
    order: int = 100
    posts: tuple[str, ...] = ()
    """Kinds of posts whose holders see the entry. If no kinds are named here or in `city_posts`, everybody sees it."""
    city_posts: tuple[str, ...] = ()
    """Kinds of posts whose holders see the entry if they hold the post for the whole city."""

    def __post_init__(self) -> None:
        MenuArea(self.area)  # an entry of another area would be shown nowhere, so it stops the start

    @property
    def href(self) -> str:
        return f"{address_of(self.to)}{'?' if self.query else ''}{self.query}"

    def is_current(self, request: HttpRequest) -> bool:
        """Return whether the entry is marked as current on the requested page. Kept for the request."""
        known: dict[MenuEntry, bool] = vars(request).setdefault(_CURRENT, {})
        if self not in known:
            known[self] = self._is_current(request)
        return known[self]

    def _is_current(self, request: HttpRequest) -> bool:
        target = request.get_full_path() if self.query else request.path
        if target == self.href or (self.matches_subpages and request.path.startswith(self.href)):
            return True
        name = request.resolver_match.view_name if request.resolver_match else ""
        if any(fnmatch(name, pattern) for pattern in self.all_covers()):
            return True
        return any(entry.is_current(request) for entry in menus if entry.area == self.current_for_area)

    def all_covers(self) -> list[str]:
        """Return the patterns of `covers` and those that other rooms have added."""
        added = [pattern for pattern in covered.names() if shell.places.get(covered.get(pattern) or "") == self.to]
        return [*self.covers, *added]


Provider = Callable[..., Iterable[object]]
"""`provide(request)`, or `provide(request, subject)` if the slot is about something, e.g. an application."""


class Slot(Registry[Provider]):
    """A place on a page to which other rooms add content. The room that shows it calls `fill`.

    A slot belongs to the `ports` of a room that stands below all rooms that fill or show it.
    """

    def fill(self, request: HttpRequest, *about: object) -> list[object]:
        """Return the contents that all rooms provide. A room that fails is logged and skipped; in tests it fails."""
        filled: list[object] = []
        for provide in self:
            try:
                filled.extend(provide(request, *about))
            except Exception:
                log.exception("%s: %s failed", self.what, provide.__module__)
        return filled


menus: Registry[MenuEntry] = Registry("menu entries", order=lambda entry: entry.order)
covered: Registry[str] = Registry("pages under another room's menu entry")
"""Patterns of URL names, and for each the place to whose menu entry it belongs."""
viewer_port: Port[Callable[[HttpRequest], Viewer | None]] = Port("who looks at a page")


def menu(area: MenuArea, viewer: Viewer | None = None) -> list[MenuEntry]:
    """Return the menu entries of an area that the viewer's posts entitle them to see."""
    return [entry for entry in menus if entry.area == area and _is_for(entry, viewer)]


def _is_for(entry: MenuEntry, viewer: Viewer | None) -> bool:
    if not (entry.posts or entry.city_posts):
        return True
    return viewer is not None and not (
        set(entry.posts).isdisjoint(viewer.posts) and set(entry.city_posts).isdisjoint(viewer.city_posts)
    )


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return the signed-in viewer, or None. The result is cached on the request."""
    if not hasattr(request, _VIEWER):
        found: Viewer | None = None
        if viewer_port.is_offered:
            found = viewer_port.get()(request)
        elif getattr(getattr(request, "user", None), "is_authenticated", False):
            found = Viewer(name="已登录")
        setattr(request, _VIEWER, found)
    viewer: Viewer | None = getattr(request, _VIEWER)
    return viewer


def show_no_viewer(request: HttpRequest) -> None:
    """Treat the request as anonymous in the page shell, so that nothing about the viewer is looked up."""
    setattr(request, _VIEWER, None)
