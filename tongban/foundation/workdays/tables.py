"""The table of one year as operators give it: days of rest and make-up days, as in the official notice. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import yaml

from tongban.foundation.characters import ascii_digits, plain
from tongban.foundation.errors import Invalid
from tongban.foundation.workdays.rules import FIXED_HOLIDAYS

_DAY = r"(?:([0-9]{4})\s*[-年./]\s*)?([0-9]{1,2})\s*[-月./]\s*([0-9]{1,2})\s*日?"
_LAST = r"(?:([0-9]{4})\s*[-年./]\s*)?(?:([0-9]{1,2})\s*[-月./]\s*)?([0-9]{1,2})\s*日?"
_NAME = r"(?![-0-9\s,;:，、：./月日至到~—–])(.*)"
"""The name of a holiday. What might belong to the dates is not a name, so "1月1日-3日" is not read as one day."""
_LINE = re.compile(rf"{_DAY}(?:\s*(?:至|到|~|—+|–|--)\s*{_LAST})?[\s,;:，、：]*{_NAME}")
_LONGEST = 31
"""The longest plausible period of rest, in days."""
_NOTE = 40


@dataclass(frozen=True)
class YearTable:
    """The table of a year. All other days are working days from Monday to Friday."""

    year: int
    provisional: bool = False
    """Whether the official notice is not out yet."""
    rest: Mapping[date, str] = field(default_factory=dict)
    """Days of rest with the name of the holiday; weekends may be among them."""
    work: Mapping[date, str] = field(default_factory=dict)
    """Saturdays and Sundays on which people work (调休上班)."""

    def __post_init__(self) -> None:
        """Raise Invalid for a table that contradicts itself."""
        for name, days in (("rest", self.rest), ("work", self.work)):
            for day in days:
                if day.year != self.year:
                    raise Invalid(f"{day.isoformat()} 不在 {self.year} 年里，请放到那一年的工作日历。", field=name)
        for day in self.work:
            if day in self.rest:
                raise Invalid(f"{day.isoformat()} 既是休息日又是上班日，请核对通知。", field="work")
            if day.weekday() < 5:
                raise Invalid(f"{day.isoformat()} 不是周六或周日，不用列为调休上班，请核对通知。", field="work")

    def days(self) -> Iterator[tuple[date, bool, str]]:
        """Yield each day of the year, whether it is a working day, and its note."""
        day = date(self.year, 1, 1)
        while day.year == self.year:
            note = self.work.get(day, "") or self.rest.get(day, "")
            yield day, day in self.work or (day.weekday() < 5 and day not in self.rest), note
            day += timedelta(days=1)

    def doubts(self) -> list[str]:
        """Return what is unusual in the table, in words for the operator."""
        found = [
            f"{month} 月 {day} 日没有列为休息日"
            for month, day in sorted(FIXED_HOLIDAYS)
            if date(self.year, month, day) not in self.rest
        ]
        free = sum(day.weekday() < 5 for day in self.rest)
        if not 7 <= free <= 30:
            found.append(f"周一到周五里有 {free} 天休息，往年是 15 到 25 天")
        return found


def of_yaml(text: str) -> YearTable:
    """Read `{year, provisional, rest: {day: note}, work: {day: note}}`. Raises Invalid."""
    try:
        table = yaml.safe_load(text)
        rest, work = table.get("rest") or {}, table.get("work") or {}
        year, provisional = table["year"], bool(table.get("provisional"))
    except (yaml.YAMLError, AttributeError, KeyError):
        raise Invalid("这不是工作日历的表。请照 2027.yaml 的格式写：year、provisional、rest、work。") from None
    days = [*rest, *work] if isinstance(rest, dict) and isinstance(work, dict) else [None]
    if not isinstance(year, int) or not all(type(day) is date for day in days):
        raise Invalid("表里的 year 应是年份，rest 和 work 里应是像 2028-01-03 这样的日期。")
    return YearTable(year, provisional, _noted(rest), _noted(work))


def _noted(days: Mapping[date, object]) -> dict[date, str]:
    return {day: str(note or "")[:_NOTE] for day, note in days.items()}


def of_lines(year: int, *, rest: str, work: str, provisional: bool = False) -> YearTable:
    """Read days from lines such as `1月26日至2月1日 春节` and `2028-02-05`. Raises Invalid, which names the line."""
    return YearTable(year, provisional, _days_of(year, rest, "rest"), _days_of(year, work, "work"))


def _days_of(year: int, text: str, name: str) -> dict[date, str]:
    found: dict[date, str] = {}
    for line in text.splitlines():
        words = ascii_digits(plain(line))
        if not words:
            continue
        parts = _LINE.fullmatch(words)
        if parts is None:
            raise Invalid(f"看不懂“{line.strip()[:30]}”。请一行写一段，例如“1月1日至1月3日 元旦”。", field=name)
        try:
            first = date(int(parts[1] or year), int(parts[2]), int(parts[3]))
            last = date(int(parts[4] or first.year), int(parts[5] or first.month), int(parts[6])) if parts[6] else first
        except ValueError:
            raise Invalid(f"“{line.strip()[:30]}”里的日期不存在，请核对通知。", field=name) from None
        if not 0 <= (last - first).days < _LONGEST:
            raise Invalid(f"“{line.strip()[:30]}”的开始和结束不对，请核对通知。", field=name)
        for number in range((last - first).days + 1):
            found[first + timedelta(days=number)] = parts[7].strip()[:_NOTE]
    return found
