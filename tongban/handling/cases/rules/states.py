"""The states of a case and the moves between them (after GB/T 39046-2020 and 行政许可法)."""

from enum import StrEnum

from tongban.foundation.errors import Conflict
from tongban.handling.cases.rules.steps import Decision


class State(StrEnum):
    """The state of a case (办件状态). Stored in the database."""

    WAITING = "waiting"
    SUBMITTED = "submitted"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    REVIEW = "review"
    DECISION_PENDING = "decision_pending"
    GRANTED = "granted"
    DENIED = "denied"
    CERT_MAKING = "cert_making"
    DELIVERING = "delivering"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


LABELS = {
    State.WAITING: "待前置",
    State.SUBMITTED: "已收件",
    State.CORRECTION: "待补正",
    State.ACCEPTED: "已受理",
    State.NOT_ACCEPTED: "不予受理",
    State.REVIEW: "审查中",
    State.DECISION_PENDING: "待决定",
    State.GRANTED: "准予",
    State.DENIED: "不予",
    State.CERT_MAKING: "制证中",
    State.DELIVERING: "送达中",
    State.CLOSED: "已办结",
    State.WITHDRAWN: "已撤回",
    State.LAPSED: "逾期未补正",
}

ALLOWED_MOVES: dict[State, frozenset[State]] = {
    # Released once all predecessors are granted. The deadlines and the five-day rule start then.
    State.WAITING: frozenset({State.SUBMITTED, State.WITHDRAWN}),
    State.SUBMITTED: frozenset({State.CORRECTION, State.ACCEPTED, State.NOT_ACCEPTED, State.WITHDRAWN}),
    # One notice names everything that is missing (Art. 32). The answer starts the next round.
    State.CORRECTION: frozenset({State.SUBMITTED, State.WITHDRAWN, State.LAPSED}),
    # Only the machine goes straight to GRANTED: an instant item whose conditions are all met.
    State.ACCEPTED: frozenset({State.REVIEW, State.DECISION_PENDING, State.GRANTED, State.WITHDRAWN}),
    State.REVIEW: frozenset({State.DECISION_PENDING, State.WITHDRAWN}),
    State.DECISION_PENDING: frozenset({State.GRANTED, State.DENIED, State.WITHDRAWN}),
    State.GRANTED: frozenset({State.CERT_MAKING, State.DELIVERING, State.CLOSED}),
    State.DENIED: frozenset({State.DELIVERING}),
    State.CERT_MAKING: frozenset({State.DELIVERING}),
    State.DELIVERING: frozenset({State.CLOSED}),
    State.NOT_ACCEPTED: frozenset(),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.LAPSED: frozenset(),
}

FINAL = frozenset(state for state, moves in ALLOWED_MOVES.items() if not moves)
ENDED_WITHOUT_DECISION = FINAL - {State.CLOSED}
BEFORE_DECISION = frozenset(state for state, moves in ALLOWED_MOVES.items() if State.WITHDRAWN in moves)
"""The states in which the applicant may still withdraw."""
CLOCK_RUNS = frozenset({State.ACCEPTED, State.REVIEW, State.DECISION_PENDING, State.GRANTED, State.CERT_MAKING})


class MoveRefused(Conflict):
    """The table has no such move. Usually somebody else has moved the case since the reader saw it."""

    code = "move-refused"


def can_move(current: State, target: State) -> bool:
    """Return whether the table allows a move."""
    return target in ALLOWED_MOVES[current]


def check_can_move(current: State, target: State) -> None:
    """Check a move against the table. Raises MoveRefused."""
    if not can_move(current, target):
        raise MoveRefused(
            f"这个办件现在是“{LABELS[current]}”，不能改为“{LABELS[target]}”。可能已有人先办了，请刷新页面查看最新进度。"
        )


def citizen_group(state: State, decision: str) -> str:
    """Return the group under which 我的办件 shows the case: 待补正, 准予, 不予, 已终止 or 办理中."""
    if state == State.CORRECTION:
        return "correction"
    if state == State.CLOSED:
        return "denied" if decision == Decision.DENIED else "granted"
    return "ended" if state in FINAL else "open"
