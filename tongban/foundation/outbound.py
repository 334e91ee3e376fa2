"""The HTTP client for external services (httpx): configured by the operator, or registered by a department.

Two libraries bring a client of their own: minio for the S3 store, and allauth for the national platform.

A request goes only to the given address: redirects are returned like any other answer. Proxies, cookies and credentials
of the environment are ignored. TLS certificates are verified against the host name.

An address that a department registered is untrusted: it must not make the platform call internal machines (SSRF). Each
call resolves the host name once. With `may_call`, every resolved address must pass, and the connection uses only those
addresses, so DNS rebinding has no effect.

Each call writes one log line without path, content or secrets, and passes on the trace of the current request.
"""

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from socket import SOCK_STREAM, getaddrinfo

import httpcore
import httpx
import tenacity

from tongban.foundation import tracing
from tongban.foundation.networks import Address

log = logging.getLogger("tongban.outbound")
for _library in ("httpx", "httpcore"):  # they would log addresses and headers at any level
    logging.getLogger(_library).setLevel(logging.CRITICAL)
MAX_ANSWER_BYTES = 65536
"""The default limit of an answer in bytes; a larger answer raises TooLarge."""
MAX_PAUSE = 8.0
"""The longest pause between two attempts in seconds."""
_connect = httpcore.SyncBackend().connect_tcp
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}


class Unreached(OSError):
    """No usable answer arrived. The message names the service and the kind of failure, never what was sent."""

    is_transient = True
    """Whether another attempt may succeed."""


class TooSlow(Unreached, TimeoutError):
    """The service did not answer in time."""


class TooLarge(Unreached):
    """The answer was larger than allowed."""

    is_transient = False


class AddressNotAllowed(Unreached):
    """The host name resolves to an address that the platform must not call."""

    is_transient = False


@dataclass(frozen=True)
class Answer:
    """The HTTP status and body of an answer."""

    status: int
    content: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def call(
    service: str,
    url: str,
    *,
    timeout: float,
    method: str = "POST",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    largest: int = MAX_ANSWER_BYTES,
    may_call: Callable[[Address], bool] | None = None,
    tries: int = 1,
    repeatable: bool = False,
    pause: float = 0.5,
) -> Answer:
    """Send one request and return the answer, whatever its status.

    Raises Unreached, or a subclass of it, if there is no answer. `service` is a plain word for the log.

    `timeout` (seconds) limits connecting to one address and each read and write. One attempt spends at most 2 × timeout
    on connecting and 3 × timeout in total, however many addresses a name has and however slowly the server sends.

    At most `tries` attempts are made, and more than one only if the method is idempotent or `repeatable` is set. The
    call is repeated after status 429, a status of 500 or more, or a failure that may pass. The pauses between attempts
    start at `pause` seconds and grow.
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
        wait=tenacity.wait_exponential(multiplier=pause, max=MAX_PAUSE),
        retry=tenacity.retry_if_exception(_is_transient)
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


def _is_transient(failure: BaseException) -> bool:
    return isinstance(failure, Unreached) and failure.is_transient


def _host(url: str) -> str:
    """Return only the host name, because the rest of a URL may contain secrets."""
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
    raise failure  # outside the except block: the library's error, its context, holds the address and the content


@cache
def _tls() -> ssl.SSLContext:
    """Return a context with the machine's trusted certificates, to which a city adds its own."""
    return ssl.create_default_context()


class _Transport(httpx.HTTPTransport):
    """An httpx transport over connections that this module opens."""

    def __init__(self, timeout: float, may_call: Callable[[Address], bool] | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), max_connections=1, network_backend=_PinnedBackend(timeout, may_call)
        )


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects only to the checked addresses of a name, within the time limit of one attempt."""

    def __init__(self, timeout: float, may_call: Callable[[Address], bool] | None) -> None:
        self.timeout, self.may_call = timeout, may_call

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[object] | None = None,
    ) -> httpcore.NetworkStream:
        found = _resolved(host, port)
        if not found or (self.may_call is not None and not all(map(self.may_call, found))):
            raise AddressNotAllowed(f"{host} does not lead to an address that may be called")
        began = time.monotonic()
        failure: Exception = AddressNotAllowed(f"{host} has no address that took the call")
        for one in found:  # the owner of the name decides how many there are, so the total time is limited
            left = began + 2 * self.timeout - time.monotonic()
            if left <= 0:
                break
            try:
                stream = _connect(str(one), port, min(self.timeout, left))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                failure = problem
                continue
            return _DeadlineStream(stream, time.monotonic() + 3 * self.timeout)
        raise failure


def _resolved(host: str, port: int) -> list[Address]:
    """Resolve a host name to all its addresses. Unusual notations of an address are normalised as well."""
    found = getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


class _DeadlineStream(httpcore.NetworkStream):
    """A connection with a deadline, which a server that sends slowly cannot extend."""

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
        for start in range(0, len(buffer), MAX_ANSWER_BYTES):
            self._stream.write(buffer[start : start + MAX_ANSWER_BYTES], self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._ends)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
