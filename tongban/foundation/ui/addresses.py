"""Addresses within the platform: of named pages, safe redirect targets, and the address of the current page."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def is_own_address(request: HttpRequest, address: str) -> bool:
    """Return whether a redirect to the address stays on this site and scheme. A path must begin with a slash.

    Other text without a host would be taken for the name of a view or for a relative path.
    """
    absolute = address.startswith(("/", f"{request.scheme}://"))
    return absolute and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def here(request: HttpRequest) -> str:
    """Return the address of the current page for a later return, without a `next` parameter that leads off-site."""
    if request.method != "GET":
        return "/"
    query = request.GET.copy()
    if not is_own_address(request, query.get("next", "/")):
        del query["next"]
    path = request.get_full_path().partition("?")[0]
    return f"{path}?{query.urlencode()}" if query else path


def address_of(name: str, *args: object, **kwargs: object) -> str:
    """Return the address of a named page, as `reverse` does, but kept: a page asks for more than a hundred of them."""
    table = get_urlconf() or settings.ROOT_URLCONF
    return _address(table, get_script_prefix(), name, args, tuple(kwargs.items()))


@lru_cache(maxsize=4096, typed=True)
def _address(
    table: str, prefix: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]
) -> str:
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)
