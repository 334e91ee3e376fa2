"""The audience of a view. Every view declares one; a view without a declaration is refused (default deny)."""

from collections.abc import Callable
from typing import TypeVar

from django.http.response import HttpResponseBase

EVERYBODY = "everybody"
_MARK = "audience"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def mark_audience(audience: str, view: View) -> View:
    """Mark a view with its audience. Only the guard that enforces the audience calls this."""
    setattr(view, _MARK, audience)
    return view


def public(view: View) -> View:
    """Mark a view that everybody may open."""
    return mark_audience(EVERYBODY, view)


def audience_of(view: object) -> str:
    """Return the audience of a view, or an empty string if the view declares none."""
    return str(getattr(view, _MARK, ""))
