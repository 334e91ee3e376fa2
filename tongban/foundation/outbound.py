"""Asking services outside: what is sent goes to the configured address, and to no other that its answer names."""

from http.client import HTTPResponse
from typing import cast
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _NoRedirects(HTTPRedirectHandler):
    """A redirection is refused (HTTPError): secrets, faces, messages and tokens would go along."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = build_opener(_NoRedirects)


def ask(request: Request, *, timeout: float) -> HTTPResponse:
    """The answer, to be closed by the caller; raises as `urlopen` does. `timeout` in seconds."""
    return cast(HTTPResponse, _opener.open(request, timeout=timeout))
