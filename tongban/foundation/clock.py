"""The one source of "now". Services read it once and hand the moment down; rules take it as `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")
_set_moment: ContextVar[datetime | None] = ContextVar("set_moment", default=None)


def now() -> datetime:
    """The current moment in UTC, or the moment set by `at_moment`."""
    return _set_moment.get() or datetime.now(UTC)


def legal_day(moment: datetime) -> date:
    """The legal date (Asia/Shanghai) of a moment."""
    return moment.astimezone(CITY_TIME).date()


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Run the block as if it were `moment`: for the demo city's history and for tests."""
    token = _set_moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_moment.reset(token)
