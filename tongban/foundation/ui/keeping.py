"""What a view declares so that its page is kept for anonymous readers. Without a declaration no page is kept.

    @public
    @kept(CATALOGUE, DEPARTMENTS)
    @require_safe
    def bundle(request, key): …

A kept page may depend on its address, the topics, the declared query parameters, the elders' edition and the day, and
on nothing else. The middleware enforces that: a view whose page will be kept gets a request without any cookie or
header of the reader (`page_cache`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_MARK, _UNTIL = "is_kept", "_kept_until"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Keeping:
    """How a view's page is kept: until one of the topics is published, and for which query parameters."""

    topics: tuple[str, ...]
    query: frozenset[str]


def kept(*topics: str, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Keep a public view's page until something of the topics (`publications`) is published.

    Requests with query parameters other than those in `query` are answered by the view. Put it below `public`.
    """

    def mark(view: View) -> View:
        setattr(view, _MARK, Keeping(topics, frozenset(query)))
        return view

    return mark


def keeping_of(view: object) -> Keeping | None:
    """Return how the page of a view is kept, or None."""
    found: Keeping | None = getattr(view, _MARK, None)
    return found


def keep_until(request: HttpRequest, moment: datetime) -> None:
    """Keep the page that is being rendered no longer than until a moment, because it shows something that ages."""
    state = vars(request)
    state[_UNTIL] = min(moment, state.get(_UNTIL, moment))


def limit_of(request: HttpRequest) -> datetime | None:
    """Return the earliest moment named by `keep_until`."""
    found: datetime | None = vars(request).get(_UNTIL)
    return found
