"""Which requests come from programs rather than browsers: calls of the interface, and of views with a mark."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

INTERFACE = "/api/"
"""The prefix of the programming interface. It has no session; each operation names its scope, which a test checks."""
_MARK = "is_for_programs"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def is_interface(request: HttpRequest) -> bool:
    """Return whether the request is a call of the programming interface."""
    return request.path_info.startswith(INTERFACE)


def for_programs(view: View) -> View:
    """Mark a view outside the interface that programs call with a token or a secret."""
    setattr(view, _MARK, True)
    return view


def is_for_programs(request: HttpRequest) -> bool:
    """Return whether a program sent the request. Works before Django has resolved the address."""
    if is_interface(request):
        return True
    try:
        return bool(getattr(resolve(request.path_info).func, _MARK, False))
    except Resolver404:
        return False
