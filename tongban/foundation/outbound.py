"""The one client that asks services outside (httpx), for services that the operator configured and for addresses that
somebody registered.

What is sent goes to the address that was given, and to no other that an answer names: redirections are answers like
others. Proxies, cookies and passwords of the environment are not used. TLS is checked against the name.

An address that a department registered is a stranger's word: it must not make the platform knock at its own machines.
Every call resolves its name once, at the moment of the call. With `may_call` each address found must pass, and the
connection goes to just those addresses, so that a second answer of the name server changes nothing.

Each call leaves one log line without address, content or secret, and passes the trace of the request on.
"""

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import SOCK_STREAM, getaddrinfo
from typing import Any

import httpcore
import httpx
import tenacity

from tongban.foundation import tracing

log = logging.getLogger("tongban.outbound")
for _library in ("httpx", "httpcore"):  # they would log addresses and headers, whatever the level of our log
    logging.getLogger(_library).setLevel(logging.CRITICAL)
Address = IPv4Address | IPv6Address
LARGEST = 65536
"""Bytes of an answer; a larger one is refused."""
LONGEST_PAUSE = 8.0
"""Seconds between two tries at most."""
_connect = httpcore.SyncBackend().connect_tcp
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}


class Unreached(OSError):
    """No usable answer came. The text names the service and the kind of failure, nothing that was sent."""

    passing = True
    """Whether another try may do better."""


class TooSlow(Unreached, TimeoutError):
    """It did not answer in time."""


class TooLarge(Unreached):
    """It answered with more than was allowed."""

    passing = False


class AddressNotAllowed(Unreached):
    """The name leads to an address that the platform does not call for a stranger."""

    passing = False


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def call(
    service: str,
    url: str,
    *,
    timeout: float,
    method: str = "POST",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    largest: int = LARGEST,
    may_call: Callable[[Address], bool] | None = None,
    tries: int = 1,
    repeatable: bool = False,
    pause: float = 0.5,
) -> Answer:
    """The answer, whatever its status; Unreached when there is none. `service` is a plain word for the log.

    `timeout` (seconds) bounds connecting to one address, and each reading and writing. A try takes at most twice as
    long to connect and thrice as long in all, however many addresses a name has and however slowly the other side
    dribbles.

    More than one try is made only for a method that is idempotent or a call that is `repeatable`, after 429, a fault
    of the server or no answer; the pauses between them grow.
    """
    trace = tracing.current()
    began = time.monotonic()
    made = 0
    outcome: str = ""

    def once() -> Answer:
        nonlocal made
        made += 1
        given = {**(headers or {}), "traceparent": trace.header()}
        return _once(service, method, url, body, given, timeout=timeout, largest=largest, may_call=may_call)

    trying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(tries if repeatable or method in _IDEMPOTENT else 1),
        wait=tenacity.wait_exponential(multiplier=pause, max=LONGEST_PAUSE),
        retry=tenacity.retry_if_exception(_is_passing)
        | tenacity.retry_if_result(lambda answer: answer.status == 429 or answer.status >= 500),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    try:
        answer: Answer = trying(once)
        outcome = str(answer.status)
        return answer
    except Unreached as failure:
        outcome = type(failure).__name__
        raise
    finally:
        good = outcome.isdecimal() and int(outcome) < 400
        log.log(
            logging.INFO if good else logging.WARNING,
            "service=%s host=%s method=%s outcome=%s ms=%d tries=%d request=%s",
            service, _host(url), method, outcome or "Error", (time.monotonic() - began) * 1000, made, trace.id,
        )  # fmt: skip


def _is_passing(failure: BaseException) -> bool:
    return isinstance(failure, Unreached) and failure.passing


def _host(url: str) -> str:
    """The name alone: what stands before and behind it may be secret."""
    try:
        return httpx.URL(url).host or "?"
    except httpx.InvalidURL:
        return "?"


def _once(
    service: str,
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    largest: int,
    may_call: Callable[[Address], bool] | None,
) -> Answer:
    given = {"Connection": "close", "Accept-Encoding": "identity", **headers}
    failure: Unreached
    try:
        with (
            httpx.Client(transport=_Transport(timeout, may_call), timeout=timeout, trust_env=False) as client,
            client.stream(method, url, content=body or None, headers=given, follow_redirects=False) as answer,
        ):
            content = bytearray()
            for piece in answer.iter_raw():
                content += piece
                if len(content) > largest:
                    raise TooLarge(f"{service} answered with more than {largest} bytes")
            return Answer(answer.status_code, bytes(content))
    except Unreached as known:
        failure = known
    except (httpx.TimeoutException, TimeoutError) as late:
        failure = TooSlow(f"{service} took too long: {type(late).__name__}")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as other:
        failure = Unreached(f"{service} was not reached: {type(other).__name__}")
    raise failure  # outside of the block: the error of the library knows the address and what was sent


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that the machine trusts, where a city adds its own."""
    return ssl.create_default_context()


class _Transport(httpx.HTTPTransport):
    """httpx over connections that this module makes."""

    def __init__(self, timeout: float, may_call: Callable[[Address], bool] | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), max_connections=1, network_backend=_Pinned(timeout, may_call)
        )


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that a name has now, each of them judged, within the time of one try."""

    def __init__(self, timeout: float, may_call: Callable[[Address], bool] | None) -> None:
        self.timeout, self.may_call = timeout, may_call

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = _resolved(host, port)
        if not found or (self.may_call is not None and not all(map(self.may_call, found))):
            raise AddressNotAllowed(f"{host} does not lead to an address that may be called")
        began = time.monotonic()
        failure: Exception = AddressNotAllowed(f"{host} has no address that took the call")
        for one in found:  # whoever owns the name says how many there are
            left = began + 2 * self.timeout - time.monotonic()
            if left <= 0:
                break
            try:
                stream = _connect(str(one), port, min(self.timeout, left))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                failure = problem
                continue
            return _Hurried(stream, time.monotonic() + 3 * self.timeout)
        raise failure


def _resolved(host: str, port: int) -> list[Address]:
    """Every address of the name now; an address in any notation that the system takes counts as what it is."""
    found = getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


class _Hurried(httpcore.NetworkStream):
    """A connection that ends at a moment, whatever dribbles in until then."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def _left(self, timeout: float | None) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), LARGEST):
            self._stream.write(buffer[start : start + LARGEST], self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
