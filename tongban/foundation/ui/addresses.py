"""Addresses within the platform: safe redirect targets, and the address of the current page."""

from django.http import HttpRequest
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
