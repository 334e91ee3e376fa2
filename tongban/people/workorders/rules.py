"""The states of a work order, its deadline light, and who may do what. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.foundation.codes import mod_37_36
from tongban.foundation.errors import Conflict
from tongban.foundation.workdays.rules import Calendar


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


LABELS = {
    State.OPEN: "待办",
    State.TAKEN: "办理中",
    State.HANDED_ON: "已转交",
    State.ESCALATED: "已升级",
    State.ANSWERED: "已答复",
    State.CLOSED: "办结",
    State.REOPENED: "重新办理",
    State.WITHDRAWN: "已撤回",
}

ALLOWED_MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.TAKEN, State.HANDED_ON, State.ESCALATED, State.WITHDRAWN}),
    State.TAKEN: frozenset({State.ANSWERED, State.HANDED_ON, State.ESCALATED, State.WITHDRAWN}),
    State.HANDED_ON: frozenset({State.TAKEN, State.HANDED_ON, State.ESCALATED, State.WITHDRAWN}),
    # Escalated once per round: the head takes it or hands it on, but cannot escalate it further.
    State.ESCALATED: frozenset({State.TAKEN, State.HANDED_ON, State.WITHDRAWN}),
    # The person who raised it accepts the answer (closed), or does not (reopened, once).
    State.ANSWERED: frozenset({State.CLOSED, State.REOPENED}),
    State.CLOSED: frozenset({State.REOPENED}),
    State.REOPENED: frozenset({State.TAKEN, State.HANDED_ON, State.ESCALATED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
RUNNING = frozenset(state for state, moves in ALLOWED_MOVES.items() if State.WITHDRAWN in moves)
"""States in which an answer is still due."""
SILENCE_DAYS = 5
"""Working days after the answer after which an order is closed if nobody objects."""


class MoveRefused(Conflict):
    """The order is no longer in the state that the reader saw."""

    code = "move-refused"


def can_move(current: State, target: State) -> bool:
    return target in ALLOWED_MOVES[current]


def check_can_move(current: State, target: State) -> None:
    """Raise MoveRefused for a move that the table does not allow."""
    if not can_move(current, target):
        raise MoveRefused(
            f"这张工单现在是“{LABELS[current]}”，不能改为“{LABELS[target]}”。可能已有人先办了，请刷新页面查看最新进展。"
        )


def light(calendar: Calendar, today: date, due: date, days: int, *, running: bool) -> tuple[str, str]:
    """Return colour and words of the deadline light. It is yellow while at most `near_days(days)` are left."""
    if not running:
        return "none", "不计时"
    if today > due:
        return "red", f"已超期 {max(calendar.workdays_between(due, today), 1)} 个工作日"
    left = calendar.workdays_between(today, due)
    words = f"剩 {left} 个工作日" if left > 0 else "今天到期"
    return ("yellow" if left <= near_days(days) else "green"), words


def near_days(days: int) -> int:
    """Return from how many working days left the light is yellow: a quarter of the days, at least one."""
    return max(1, days // 4)


@dataclass(frozen=True)
class Acts:
    """What the reader may do with an order now, which is what the page offers."""

    take: bool = False
    transfer: bool = False
    answer: bool = False
    note: bool = False
    close: bool = False
    reopen: bool = False
    withdraw: bool = False

    def __bool__(self) -> bool:
        return any((self.take, self.transfer, self.answer, self.note, self.close, self.reopen, self.withdraw))


def allowed_acts(
    state: State, *, handles: bool, raised: bool, took: bool, reopened_before: bool, raised_by_machine: bool
) -> Acts:
    """Return what is allowed, for pages and services alike.

    `handles`: the actor is a responsible officer. `raised`: they raised the order. `took`: they took it.
    """
    return Acts(
        take=handles and can_move(state, State.TAKEN),
        transfer=handles and can_move(state, State.HANDED_ON),
        answer=handles and took and can_move(state, State.ANSWERED),
        note=(handles or raised) and state in RUNNING,
        close=(raised or (handles and raised_by_machine)) and can_move(state, State.CLOSED),
        reopen=raised and not reopened_before and can_move(state, State.REOPENED),
        withdraw=raised and can_move(state, State.WITHDRAWN),
    )


def make_number(day: date, serial: int) -> str:
    """Return `GD`, the day, seven digits and the check character (ISO 7064 MOD 37,36)."""
    body = f"GD{day:%y%m%d}{serial:07d}"
    return body + mod_37_36(body)


def is_number(text: str) -> bool:
    return bool(re.fullmatch(r"GD[0-9]{13}[0-9A-Z]", text)) and mod_37_36(text[:-1]) == text[-1]
