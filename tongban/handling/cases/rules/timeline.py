"""The sentence under each case: who handles it now, and until when."""

from datetime import date

from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import Decision


def day_words(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"


def full_day_words(day: date) -> str:
    return f"{day.year} 年 {day_words(day)}"


def sentence(
    state: State,
    *,
    department: str,
    waits_for: list[str],
    step_names: list[str],
    due: date | None,
    automatic: bool,
    decision: str,
    reason: str,
    closed_on: date | None,
    seconds: int | None,
    promised_days: int | None = None,
) -> str:
    """Return the sentence that the applicant reads. `seconds` is the time from receipt to the machine's decision.

    `promised_days` are the promised working days from acceptance; they are said while the case is not accepted yet.
    """
    answer = "答复是否受理" if state == State.SUBMITTED else "办好"
    until = f"，{day_words(due)}前{answer}" if due else ""
    if state == State.SUBMITTED and promised_days is not None:
        until += f"；受理后 {promised_days} 个工作日内办结" if promised_days else "；受理后当场办结"
    match state:
        case State.WAITING:
            return (
                f"等“{'、'.join(waits_for)}”办好后自动开始，不用您操心" if waits_for else "等前面的事项办好后自动开始"
            )
        case State.CORRECTION:
            return f"等您补正{f'，请在 {day_words(due)}前补交' if due else ''}。等您期间，办理时限暂停计算"
        case State.CLOSED if decision == Decision.DENIED:
            return f"未获准许：{reason}"
        case State.CLOSED if automatic:
            return f"系统依规则自动办结，用时 {seconds} 秒" if seconds is not None else "系统依规则自动办结"
        case State.CLOSED:
            return f"{day_words(closed_on)} 办结" if closed_on else "已办结"
        case State.NOT_ACCEPTED | State.WITHDRAWN | State.LAPSED:
            return reason
        case _ if step_names == ["系统自动办理"]:
            return "系统正在核对，通常几秒钟就有结果"
        case _:
            return f"现在由{department}办理：{'、'.join(step_names) or '处理中'}{until}"
