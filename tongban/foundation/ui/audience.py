"""For whom an address is. Every view says so; an address whose view says nothing is refused (default deny)."""

from collections.abc import Callable
from typing import Any

EVERYBODY = "everybody"

View = Callable[..., Any]


def mark_audience(audience: str, view: View) -> View:
    """Mark a view. The guard that enforces it marks it, so that the mark cannot be had without the guard."""
    view.audience = audience  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that everybody may open."""
    return mark_audience(EVERYBODY, view)


def audience_of(view: Any) -> str:
    """For whom the view is; empty where it does not say."""
    return str(getattr(view, "audience", ""))
