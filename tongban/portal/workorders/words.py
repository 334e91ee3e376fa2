"""Texts for the events and states of work orders."""

from datetime import datetime
from typing import TypedDict

from tongban.foundation.announcements.actors import is_machine_name
from tongban.people.workorders.queries import OrderFile
from tongban.trust.ledger.queries import Reader, reason_of, words_of

STATE_LIGHTS = {
    "answered": ("yellow", "等您确认"),
    "closed": ("green", "已办结"),
    "withdrawn": ("none", "已撤回"),
}
"""Colour and text of an order in the list of whoever raised it; all other states show as in progress."""


class HistoryLine(TypedDict):
    """One event of an order in words."""

    at: datetime
    who: str
    what: str
    reason: str


def history(file: OrderFile) -> list[HistoryLine]:
    """Return the history as its reader may see it: whoever raised the order sees no names of officers."""
    reader = Reader.OFFICER if file.as_officer else Reader.APPLICANT
    nameless = "" if file.as_officer else "工作人员"
    return [
        {
            "at": entry.at,
            "who": "系统自动" if is_machine_name(entry.actor) else file.names.get(entry.actor) or nameless,
            "what": words_of(entry, reader=reader),
            "reason": reason_of(entry, reader=reader),
        }
        for entry in file.history
    ]


def own_light(state: str) -> tuple[str, str]:
    """Return colour and text of an order's state for whoever raised it."""
    return STATE_LIGHTS.get(state, ("green", "办理中"))
