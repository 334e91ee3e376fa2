"""Asking services outside. Two kinds: those that the operator configured, and those that somebody registered.

What is sent to a configured service (`ask`) goes to the configured address, and to no other that its answer names.

An address that a department registered (`tell`) is a stranger's word: it must not make the platform knock at its own
machines. Its name is resolved at the moment of the call, every address found must be one of the open internet or of a
network that the city allowed, and the connection goes to just that address, so that a second answer of the name server
changes nothing. TLS is still checked against the name. Redirections are answers like others: nothing follows them.
"""

import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo
from typing import cast
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

Address = IPv4Address | IPv6Address
LARGEST = 65536
"""Bytes of an answer that are read."""


class _NoRedirects(HTTPRedirectHandler):
    """A redirection is refused (HTTPError): secrets, faces, messages and tokens would go along."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = build_opener(_NoRedirects)


def ask(request: Request, *, timeout: float) -> HTTPResponse:
    """The answer, to be closed by the caller; raises as `urlopen` does. `timeout` in seconds."""
    return cast(HTTPResponse, _opener.open(request, timeout=timeout))


class NotOutside(OSError):
    """The name leads to an address that the platform does not call for a stranger."""


def tell(url: str, body: bytes, *, timeout: float, may_call: Callable[[Address], bool]) -> int:
    """POST a form to an address that somebody registered; the status of the answer, whatever it is.

    `may_call` judges each address of the name (see `networks.is_callable`).

    NotOutside before anything is sent, OSError (or HTTPException) when it was not reached. Connecting takes at most
    thrice the `timeout`, however many addresses the name has, and what follows as long, however slowly the other side
    dribbles.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _resolved(host, port)
    if not found or not all(map(may_call, found)):
        raise NotOutside(f"{host} does not lead to an address that may be called")
    connection = _pinned(parts.scheme, host, port, found, timeout)
    late = threading.Event()
    watch = threading.Timer(3 * timeout, _cut, [connection, late])
    watch.daemon = True
    watch.start()
    try:
        target = parts.path or "/"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(LARGEST)
        if late.is_set():  # what was cut off may still look like an answer
            raise TimeoutError(f"{host} took too long to answer")
        return answer.status
    finally:
        watch.cancel()
        connection.close()


def _resolved(host: str, port: int) -> list[Address]:
    """Every address of the name now; an address in any notation that the system takes counts as what it is."""
    found = getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


def _pinned(scheme: str, host: str, port: int, found: list[Address], timeout: float) -> HTTPConnection:
    """A connection to the first of these addresses that takes it; over TLS the certificate must be the name's."""
    connection: HTTPConnection
    if scheme == "https":
        connection = HTTPSConnection(host, port, timeout=timeout)
    else:
        connection = HTTPConnection(host, port, timeout=timeout)
    failure: OSError | None = None
    deadline = time.monotonic() + 2 * timeout  # whoever owns the name says how many addresses it has
    for one in found:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            sock = create_connection((str(one), port), min(timeout, left))
        except OSError as problem:
            failure = problem
            continue
        sock.settimeout(timeout)
        if scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        return connection
    raise failure or NotOutside(host)


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(SHUT_RDWR)
