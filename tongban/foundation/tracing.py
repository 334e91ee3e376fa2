"""Which request or job this thread works for: a trace of W3C Trace Context, from which log lines get their id."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_HEADER = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True)
class Trace:
    """One request or job. `id` is what log lines show; it says nothing about a person."""

    id: str
    flags: str = "00"

    def header(self) -> str:
        """The `traceparent` of a call that belongs to this trace: each call is a span of its own."""
        return f"00-{self.id}-{secrets.token_hex(8)}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def trace_of(traceparent: str = "") -> Trace:
    """The trace that a caller's header names, or a new one when it names none that is well formed."""
    found = _HEADER.fullmatch(traceparent)
    if found and found[1] != "0" * 32 and found[2] != "0" * 16:
        return Trace(found[1], found[3])
    return Trace(secrets.token_hex(16))


def current() -> Trace:
    """The trace of this thread's request or job; a new one outside of both."""
    return _current.get() or trace_of()


@contextmanager
def within(trace: Trace) -> Iterator[Trace]:
    """Work for this trace until the end of the block."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
