"""Texts for the events and states of work orders."""

from typing import TYPE_CHECKING

from tongban.foundation.announcements.actors import is_machine_name
from tongban.trust.ledger import queries as ledger

if TYPE_CHECKING:
    from tongban.trust.ledger.models import Entry

STATE_LIGHTS = {
    "answered": ("yellow", "等您确认"),
    "closed": ("green", "已办结"),
    "withdrawn": ("none", "已撤回"),
}
"""Colour and text of an order in the list of whoever raised it; all other states show as in progress."""


def event_words(entry: "Entry", *, officer: bool) -> str:
    """Return the text of an event of an order, as officers or whoever raised it read it."""
    event = ledger.event_types().get(entry.type)
    if event is None:
        return "有新的进展"
    return event.label if officer else event.applicant_label


def reason_of(entry: "Entry", *, officer: bool) -> str:
    """Return the stored reason of an event, or "" where only officers may read it."""
    event = ledger.event_types().get(entry.type)
    return entry.reason if officer or (event and event.reason_is_for_applicant) else ""


def is_by_machine(entry: "Entry") -> bool:
    """Return whether the platform itself caused an event of an order."""
    return is_machine_name(entry.actor)


def own_light(state: str) -> tuple[str, str]:
    """Return colour and text of an order's state for whoever raised it."""
    return STATE_LIGHTS.get(state, ("green", "办理中"))
