"""What somebody may do in another's name under a mandate (授权)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tongban.foundation.errors import NotAllowed
from tongban.people.identity.actors import Actor
from tongban.people.identity.rules.ages import anniversary


class MandateKind(StrEnum):
    """What a helper is to the principal under a mandate (授权类型)."""

    AGENT = "agent"
    FAMILY = "family"
    HELP = "help"
    GUARDIAN = "guardian"


class Reach(StrEnum):
    """How far a mandate goes (授权范围)."""

    EVERYTHING = "all"
    THEMES = "themes"
    ITEMS = "items"


class MandateState(StrEnum):
    """What a mandate is on a day, as either side reads it."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNREGISTERED = "unregistered"
    """A guardian's, although the registers no longer name them as a parent; it gives no right until they do."""
    OVER = "over"


class ConfirmedBy(StrEnum):
    """How the other side of a mandate proved who they are when they accepted it."""

    NOT_NEEDED = ""
    FACE = "face"
    WINDOW = "window"


class Ending(StrEnum):
    """Why a mandate ended."""

    PRINCIPAL = "principal"
    HELPER = "helper"
    DECLINED = "declined"
    LAPSED = "lapsed"
    UNCONFIRMED = "unconfirmed"
    GUARDIANSHIP = "guardianship"
    """The child came of age."""


AGENT, FAMILY, HELP, GUARDIAN = MandateKind

KIND_WORDS = {AGENT: "经办人", FAMILY: "亲情代办", HELP: "帮代办", GUARDIAN: "监护人代办"}

EVERYTHING, THEMES, ITEMS = Reach

REACH_WORDS = {EVERYTHING: "全部事项", THEMES: "按主题", ITEMS: "指定事项"}

MAX_YEARS = {AGENT: 3, FAMILY: 1, HELP: 1}


class OutsideMandate(NotAllowed):
    """The mandate does not cover the act. The sentence says how to have it covered."""

    code = "outside-mandate"


class MandateOver(NotAllowed):
    """The mandate ended while the helper was using it."""

    code = "mandate-over"
    message = (
        "代办授权已经结束，刚才这一步没有办理，也没有提交。之前保存的内容都在本人的草稿里，本人登录后可以接着办；"
        "您现在是以您本人的身份办事。需要继续代办，请本人重新授权。"
    )


class RepresentationOver(NotAllowed):
    """The person ceased to be the firm's legal representative while acting for it."""

    code = "representation-over"
    message = (
        "您已不能代表刚才的企业，刚才这一步没有办理，也没有提交。之前保存的内容都在企业的草稿里；"
        "您现在是以您本人的身份办事。需要继续为企业办理，请用新的法定代表人或经办人的账号。"
    )


@dataclass(frozen=True)
class ServiceFacts:
    """What the catalogue says about the service that is to be done in somebody's name."""

    name: str
    codes: frozenset[str]
    """The codes by which a mandate may name it: the item's own code, or the bundle's key."""
    themes: tuple[frozenset[str], ...]
    """The themes of each item in it."""
    in_person: str = ""
    """Why nobody may do it for another person; empty where it may be delegated."""


class HasScope(Protocol):
    """A reach with the names it lists: a `Right`, or a row of `Mandate`."""

    @property
    def reach(self) -> str: ...
    @property
    def named(self) -> "frozenset[str] | list[str]": ...


def covers(scope: HasScope, wanted: ServiceFacts) -> bool:
    """Return whether the scope includes the service. Of a bundle, it must include every item."""
    named = frozenset(scope.named)
    if scope.reach == EVERYTHING:
        return True
    if scope.reach == THEMES:
        return bool(wanted.themes) and all(themes & named for themes in wanted.themes)
    return bool(wanted.codes & named)


def check_may_act(actor: Actor, item: ServiceFacts, amount: Decimal | None = None) -> None:
    """Raise OutsideMandate for what the actor's mandate does not cover.

    `amount` is the largest amount in yuan that the application asks for. Nothing is checked for people who act in their
    own name, as a legal representative, or at a window for the person present.
    """
    right = actor.right
    if right is None:
        return
    who = "法定代表人" if right.kind == AGENT else "本人"
    if item.in_person and right.kind != AGENT:
        raise OutsideMandate(f"“{item.name}”不能由别人代办：{item.in_person}。请{who}自己办理。")
    if not covers(right, item):
        raise OutsideMandate(
            f"您的授权不包括“{item.name}”。请{who}在“授权管理”里把它加进授权范围，或由{who}自己办理；在窗口也可以补办授权。"
        )
    if right.most is not None and amount is not None and amount > right.most:
        raise OutsideMandate(
            f"这份申请涉及 {amount:,f} 元，超过您的授权上限 {right.most:,f} 元，没有提交。填过的都存着："
            f"请{who}在“授权管理”里提高上限，或由{who}登录后直接提交。"
        )


def may_see_papers(actor: Actor) -> bool:
    """Return whether the actor may open the principal's wallet. By mandate, only a firm's agent for everything may."""
    return actor.right is None or (actor.right.kind == AGENT and actor.right.reach == EVERYTHING)


def latest_end(kind: str, day: date) -> date:
    """Return the last day that a mandate of the kind may have if it is given on `day`."""
    return anniversary(day, MAX_YEARS[MandateKind(kind)])
