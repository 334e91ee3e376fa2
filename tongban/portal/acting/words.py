"""Texts for mandates and for what was done under them."""

from datetime import datetime
from typing import TypedDict

from tongban.trust.ledger import queries as ledger

STATES = {
    "pending": ("等对方接受", "grey"),
    "active": ("有效", "ok"),
    "paused": ("等新法定代表人确认", "warn"),
    "over": ("已结束", "grey"),
}
ENDED = {
    "principal": "授权人取消",
    "helper": "代办人不再代办",
    "declined": "对方没有接受",
    "lapsed": "到期自动结束",
    "unconfirmed": "法定代表人变更后没有确认",
}


class ActLine(TypedDict):
    """One act in the principal's name, in words."""

    at: datetime
    who: str
    right: str
    what: str


def types_for_principals() -> list[str]:
    """Return the types of the events that principals see. What officers do in their own name is not among them."""
    return [name for name, event in ledger.event_types().items() if event.principal_label]


def act_line(entry: ledger.RecordedEntry, names: dict[str, str], kinds: dict[str, str], *, for_firm: bool) -> ActLine:
    """Return a recorded act in words.

    `names` has the names of actors by id, `kinds` the kinds of mandates by id.
    """
    without = "法定代表人，或在窗口" if for_firm else "窗口现场办理"
    return {
        "at": entry.at,
        "who": names.get(entry.actor, "工作人员"),
        "right": kinds.get(entry.payload.get("mandate", ""), without),
        "what": ledger.words_of(entry, reader=ledger.Reader.PRINCIPAL),
    }
