"""Texts for the events and states of work orders."""

from typing import TYPE_CHECKING

from tongban.foundation.announcements.actors import is_machine_name

if TYPE_CHECKING:
    from tongban.trust.ledger.models import Entry

EVENTS = {
    "OrderRaised": "提出",
    "OrderTaken": "接办",
    "OrderHandedOn": "转交别的岗位",
    "OrderEscalated": "逾期，升级给部门负责人",
    "OrderNoted": "补充说明",
    "OrderAnswered": "答复",
    "OrderClosed": "办结",
    "OrderReopened": "不满意，重新办理",
    "OrderWithdrawn": "撤回",
}
STATE_LIGHTS = {
    "answered": ("yellow", "等您确认"),
    "closed": ("green", "已办结"),
    "withdrawn": ("none", "已撤回"),
}
"""Colour and text of an order in the list of whoever raised it; all other states show as in progress."""


def event_words(entry: "Entry") -> str:
    """Return the text of an event of an order."""
    return EVENTS.get(entry.type.rpartition(".")[2], "有新的进展")


def is_by_machine(entry: "Entry") -> bool:
    """Return whether the platform itself caused an event of an order."""
    return is_machine_name(entry.actor)


def own_light(state: str) -> tuple[str, str]:
    """Return colour and text of an order's state for whoever raised it."""
    return STATE_LIGHTS.get(state, ("green", "办理中"))
