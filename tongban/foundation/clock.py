"""The one source of "now". Services read it once and hand the moment down; rules take it as `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from tongban.foundation.legaltime import CITY_TIME as CITY_TIME
from tongban.foundation.legaltime import legal_day as legal_day

_set_moment: ContextVar[datetime | None] = ContextVar("set_moment", default=None)


def now() -> datetime:
    """The current moment in UTC, or the moment set by `at_moment`."""
    return _set_moment.get() or datetime.now(UTC)


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Run the block as if it were `moment`: for the demo city's history and for tests."""
    token = _set_moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_moment.reset(token)
