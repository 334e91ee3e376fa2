"""Addresses within the platform: which are ours, and that of the page that is being read."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_own_address(request: HttpRequest, address: str) -> bool:
    """Whether a browser that is led there stays with us, on the same scheme; a path begins with a slash.

    Anything else without a host would be taken for the name of a view, or for a place beside the page that is read.
    """
    absolute = address.startswith(("/", f"{request.scheme}://"))
    return absolute and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def here(request: HttpRequest) -> str:
    """The address of the page, to come back to it; without a `next` that leads elsewhere, which no page repeats."""
    if request.method != "GET":
        return "/"
    query = request.GET.copy()
    if not is_own_address(request, query.get("next", "/")):
        del query["next"]
    path = request.get_full_path().partition("?")[0]
    return f"{path}?{query.urlencode()}" if query else path
