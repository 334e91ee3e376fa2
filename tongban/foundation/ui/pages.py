"""How a view makes a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tongban.foundation.ui import addresses, elder, slots


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a Jinja2 template; the context always has `viewer`, `user_actor`, `elder`, `here` and the menus."""
    viewer = slots.viewer_of(request)
    full = {
        "viewer": viewer,
        "user_actor": viewer.actor if viewer else None,
        "elder": elder.chosen(request),
        "here": addresses.here(request),
        "citizen_menu": slots.menu("citizen", viewer),
        "my_menu": _my_menu(request, viewer),
        "desk_menu": slots.menu("desk", viewer),
        **(context or {}),
    }
    return HttpResponse(render_to_string(template, full, request=request), status=status)


def _my_menu(request: HttpRequest, viewer: slots.Viewer | None) -> list[slots.MenuEntry]:
    """A citizen's own rooms, while he is in one of them and there for himself or his firm."""
    if viewer is None or viewer.is_officer or viewer.acting_words or viewer.at_window:
        return []
    entries = slots.menu("my", viewer)
    return entries if any(entry.is_current(request) for entry in entries) else []
