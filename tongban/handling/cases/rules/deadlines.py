"""Legal days of a case (行政许可法 Art. 32, 42, 82) and the light that shows how near the next one is."""

from dataclasses import dataclass
from datetime import date

from tongban.foundation.workdays.rules import Calendar

NOTICE_DAYS = 5
"""Days to accept or to name all that is missing, else the case counts as accepted (Art. 32)."""
DELIVERY_DAYS = 10
"""Days to hand a result over after the decision (Art. 44)."""
CORRECTION_DAYS = 15
"""Days for the applicant's correction. Local policy, not law: configuration of a city."""


NEAR_AT_MOST = 15
"""However long the promise, a due day is near from three weeks before."""


@dataclass(frozen=True)
class Deadlines:
    """The promised and the legal day of the decision."""

    promised: date
    legal: date


def notice_due(calendar: Calendar, received: date) -> date:
    return calendar.nth_workday(received, NOTICE_DAYS)


def decision_due(calendar: Calendar, accepted: date, promised_days: int, legal_days: int) -> Deadlines:
    """The clock starts at acceptance; the first counted day is the next working day."""
    return Deadlines(
        promised=calendar.nth_workday(accepted, promised_days),
        legal=calendar.nth_workday(accepted, max(legal_days, promised_days)),
    )


def delivery_due(calendar: Calendar, decided: date) -> date:
    """The result reaches the applicant within ten days of the decision (Art. 44)."""
    return calendar.nth_workday(decided, DELIVERY_DAYS)


def light(calendar: Calendar, today: date, due: date | None, promised_days: int, *, running: bool) -> tuple[str, str]:
    """The deadline light: its colour and its words. Yellow from max(1 day, a quarter of the promise) left."""
    if not running or due is None:
        return "waiting", "未开始计时" if due is None else "计时暂停"
    left = calendar.workdays_between(today, due)
    if today > due:
        return "red", f"已超期 {max(calendar.workdays_between(due, today), 1)} 个工作日"
    words = "今天到期" if left <= 0 else f"剩 {left} 个工作日"
    return ("yellow" if left <= near_days(promised_days) else "green"), words


def near_days(promised_days: int) -> int:
    """With how many working days left a due day is near."""
    return max(1, min(promised_days // 4, NEAR_AT_MOST))
