"""Template filters for dates and numbers, and the mask that the crypto room registers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tongban.foundation import clock, codes, typed
from tongban.foundation.registry import Port

HIDDEN = "***"
masking: Port[Callable[[Any, str], str]] = Port("the mask of personal data", absent=lambda kind, value: HIDDEN)
"""Called with `(kind, value)`. Everything is hidden while no room offers it. The kinds are known to that room only."""


def mask(value: object, kind: str) -> str:
    """Mask personal data: `{{ phone|mask("phone") }}`."""
    if not value:
        return ""
    return masking.get()(kind, str(value))


def _city(value: datetime) -> datetime:
    return value.astimezone(clock.CITY_TIME) if value.tzinfo else value


def cn_date(value: date | datetime | None, year: bool = True) -> str:
    """Format as 2026 年 11 月 23 日, or without the year as 11 月 23 日."""
    if value is None or value == "":
        return ""
    day = _city(value) if isinstance(value, datetime) else value
    words = f"{day.month} 月 {day.day} 日"
    return f"{day.year} 年 {words}" if year else words


def provisional(value: bool, why: bool = False) -> str:
    """Return what stands behind a day that is provisional, or "". With `why`, the words give the reason."""
    return f"（暂定{'，那一年的放假安排还没有公布' if why else ''}）" if value else ""


def picked(value: object, kind: str = "date") -> str | None:
    """Return a date (or, by `kind`, a month) as the browser's picker takes it: in ISO 8601, "" for none.

    None means that the picker would drop what was typed: the page then shows a plain line of text with it.
    """
    if isinstance(value, date):
        return value.isoformat()
    text = str(value) if value else ""
    if kind == "month":
        return typed.month(text) if not text or codes.is_month(typed.month(text)) else None
    return typed.day(text) if not text or codes.day_of(typed.day(text)) else None


def cn_datetime(value: datetime | None, year: bool = True) -> str:
    """Format as 2026 年 11 月 23 日 09:48, in the city's time."""
    if not value:
        return ""
    return f"{cn_date(value, year)} {_city(value):%H:%M}"


def cn_when(value: datetime | None) -> str:
    """Format as 今天 09:48, 明天 17:30 or 昨天 …, otherwise as a date, with the year unless it is the current one."""
    if not value:
        return ""
    moment, today = _city(value), clock.legal_day(clock.now())
    near = {today: "今天", today + timedelta(days=1): "明天", today - timedelta(days=1): "昨天"}
    if moment.date() in near:
        return f"{near[moment.date()]} {moment:%H:%M}"
    return cn_datetime(value, year=moment.year != today.year)


def cn_duration(value: timedelta | float | None) -> str:
    """Format a timedelta or a number of seconds as 8 秒, 4 分钟, 1 小时 6 分 or 3 天."""
    if value is None:
        return ""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < 60:
        return f"{max(seconds, 1)} 秒"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} 分钟"
    if hours < 24:
        rest = minutes % 60
        return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"
    return f"{days} 天"


def grouped(value: str) -> str:
    """Split a long number into groups of four for reading aloud. Lines break between groups only."""
    return " ".join(value[i : i + 4] for i in range(0, len(value), 4))


def thousands(value: object) -> str:
    """Format a number with thousands separators."""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


FILTERS: dict[str, Callable[..., str | None]] = {
    "cn_date": cn_date,
    "cn_datetime": cn_datetime,
    "provisional": provisional,
    "picked": picked,
    "cn_when": cn_when,
    "cn_duration": cn_duration,
    "grouped": grouped,
    "thousands": thousands,
    "mask": mask,
}
