"""The deadlines of a case in working days (行政许可法 Art. 32, 42, 44, 82), and the light that shows their state."""

from datetime import date
from typing import NamedTuple

from tongban.foundation.workdays.rules import Calendar
from tongban.handling.catalog.times import ACCEPTANCE_DAYS

DELIVERY_DAYS = 10
"""Working days to deliver the result after the decision (Art. 44)."""
CORRECTION_DAYS = 15
"""Working days for the applicant's correction. Local policy, not law."""

MAX_NEAR_DAYS = 15
"""However long the promise, the light turns yellow at the earliest this many working days before the due day."""


class Deadlines(NamedTuple):
    """The last days for the decision: as promised, and by law."""

    promised: date
    legal: date


def notice_due(calendar: Calendar, received: date) -> date:
    """Return the last day to accept a case or to ask for a correction (Art. 32).

    After it, the case counts as accepted.
    """
    return calendar.nth_workday(received, ACCEPTANCE_DAYS)


def decision_due(calendar: Calendar, accepted: date, promised_days: int, legal_days: int) -> Deadlines:
    """Return the last days for the decision. Counting starts on the first working day after acceptance (Art. 42, 82).

    The legal day is never before the promised day.
    """
    return Deadlines(
        promised=calendar.nth_workday(accepted, promised_days),
        legal=calendar.nth_workday(accepted, max(legal_days, promised_days)),
    )


def delivery_due(calendar: Calendar, decided: date) -> date:
    """Return the last day on which the result has to reach the applicant (Art. 44)."""
    return calendar.nth_workday(decided, DELIVERY_DAYS)


def light(calendar: Calendar, today: date, due: date | None, promised_days: int, *, running: bool) -> tuple[str, str]:
    """Return the deadline light: its colour (red, yellow, green or waiting) and its words in Chinese.

    It is yellow once no more than `near_days` are left, and red after the due day.
    """
    if not running or due is None:
        return "waiting", "未开始计时" if due is None else "计时暂停"
    left = calendar.workdays_between(today, due)
    if today > due:
        return "red", f"已超期 {max(calendar.workdays_between(due, today), 1)} 个工作日"
    words = "今天到期" if left <= 0 else f"剩 {left} 个工作日"
    return ("yellow" if left <= near_days(promised_days) else "green"), words


def words_until_acceptance(calendar: Calendar, today: date, due: date) -> str:
    """Return what the light says until a case is accepted, so that nobody takes its day for the promised one."""
    if today > due:
        return f"答复受理超期 {max(calendar.workdays_between(due, today), 1)} 个工作日"
    left = calendar.workdays_between(today, due)
    return f"{left} 个工作日内答复是否受理" if left > 0 else "今天答复是否受理"


def near_days(promised_days: int) -> int:
    """Return the number of working days left from which the light is yellow: a quarter of the promise, 1 to 15."""
    return max(1, min(promised_days // 4, MAX_NEAR_DAYS))
