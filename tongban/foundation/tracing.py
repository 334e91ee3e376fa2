"""The trace (W3C Trace Context) of the current request or job. Log lines contain its id."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_HEADER = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True)
class Trace:
    """One request or job. Log lines contain `id`, which is random and identifies no person."""

    id: str
    flags: str = "00"

    def header(self) -> str:
        """Return a `traceparent` header for an outgoing call; each call is a span of its own."""
        return f"00-{self.id}-{secrets.token_hex(8)}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def trace_of(traceparent: str = "") -> Trace:
    """Return the trace of a caller's `traceparent` header, or a new trace if the header is missing or malformed."""
    found = _HEADER.fullmatch(traceparent)
    if found and found[1] != "0" * 32 and found[2] != "0" * 16:
        return Trace(found[1], found[3])
    return Trace(secrets.token_hex(16))


def current() -> Trace:
    """Return the trace of the current request or job, or a new trace outside of both."""
    return _current.get() or trace_of()


@contextmanager
def within(trace: Trace) -> Iterator[Trace]:
    """Make this trace the current one until the end of the block."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
