"""How a view renders a page."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tongban.foundation.ui import addresses, elder, slots
from tongban.foundation.ui.slots import MenuArea


def render(
    request: HttpRequest, template: str, context: Mapping[str, object] | None = None, status: int = 200
) -> HttpResponse:
    """Render a Jinja2 template. The context always contains `viewer`, `elder`, `here` and the menus."""
    viewer = slots.viewer_of(request)
    full = {
        "viewer": viewer,
        "elder": elder.chosen(request),
        "here": addresses.here(request),
        "citizen_menu": slots.menu(MenuArea.CITIZEN, viewer),
        "my_menu": _my_menu(request, viewer),
        "desk_menu": slots.menu(MenuArea.DESK, viewer),
        **(context or {}),
    }
    return HttpResponse(render_to_string(template, full, request=request), status=status)


def _my_menu(request: HttpRequest, viewer: slots.Viewer | None) -> list[slots.MenuEntry]:
    """Return the personal menu on the pages it lists, unless the viewer is an officer or has none."""
    if viewer is None or viewer.is_officer or not viewer.has_my_menu:
        return []
    entries = slots.menu(MenuArea.MY, viewer)
    return entries if any(entry.is_current(request) for entry in entries) else []
