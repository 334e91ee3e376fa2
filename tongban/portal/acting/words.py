"""Texts for mandates and for what was done under them."""

from datetime import datetime
from typing import TypedDict

from tongban.people.identity.rules import Ending, MandateState
from tongban.trust.ledger import queries as ledger

STATES = {
    MandateState.PENDING: ("等对方接受", "grey"),
    MandateState.ACTIVE: ("有效", "ok"),
    MandateState.PAUSED: ("等新法定代表人确认", "warn"),
    MandateState.UNREGISTERED: ("已停用：登记信息里不再是监护人", "warn"),
    MandateState.OVER: ("已结束", "grey"),
}
ENDED = {
    Ending.PRINCIPAL: "授权人取消",
    Ending.HELPER: "代办人不再代办",
    Ending.DECLINED: "对方没有接受",
    Ending.LAPSED: "到期自动结束",
    Ending.UNCONFIRMED: "法定代表人变更后没有确认",
    Ending.GUARDIANSHIP: "孩子已满 18 周岁，监护人代办结束",
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
