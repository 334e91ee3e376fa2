"""Words of the pages for the events of a work order."""

from typing import Any

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
"""How one's own order is marked in a list; all other states are on their way."""


def event_words(entry: Any) -> str:
    return EVENTS.get(entry.type.rpartition(".")[2], "有新的进展")


def own_light(state: str) -> tuple[str, str]:
    return STATE_LIGHTS.get(state, ("green", "办理中"))
