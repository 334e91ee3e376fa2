"""The only source of "now". A service reads it once and passes the time on; rules take it as the argument `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from tongban.foundation.legaltime import CITY_TIME as CITY_TIME
from tongban.foundation.legaltime import legal_day as legal_day
from tongban.foundation.legaltime import start_of as start_of

_set_moment: ContextVar[datetime | None] = ContextVar("set_moment", default=None)


def now() -> datetime:
    """Return the current time in UTC, or the time set by `at_moment`."""
    return _set_moment.get() or datetime.now(UTC)


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Run the block with `now()` fixed at `moment`. For the demo city's history and for tests."""
    token = _set_moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_moment.reset(token)
