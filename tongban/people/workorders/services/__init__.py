"""DO: raise, take, transfer, note, answer, close, reopen and withdraw work orders; escalate what is overdue."""

from tongban.people.workorders.services.moving import (
    add_note,
    answer,
    close,
    reopen,
    take,
    transfer,
    withdraw,
)
from tongban.people.workorders.services.raising import raise_order
from tongban.people.workorders.services.recounting import recount_due_days
from tongban.people.workorders.services.watching import close_silent, escalate_overdue

__all__ = [
    "add_note",
    "answer",
    "close",
    "close_silent",
    "escalate_overdue",
    "raise_order",
    "recount_due_days",
    "reopen",
    "take",
    "transfer",
    "withdraw",
]
