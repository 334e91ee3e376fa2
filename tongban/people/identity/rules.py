"""What a number says (GB 11643-1999, GB 32100-2015), and what one may do in somebody else's name. Pure functions."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tongban.foundation.errors import Invalid, NotAllowed
from tongban.people.identity.actors import Actor

NUMBER_PURPOSE = "subject-number"
"""The purpose of the blind index of numbers: one for the city, so that every room finds the same person."""

PHONE_PURPOSE = "account-phone"
"""The purpose of the blind index of the phones with which accounts sign in."""

IDLE_STAFF, IDLE_PUBLIC = timedelta(minutes=15), timedelta(minutes=30)
"""How long a session may be unused before it ends (GB/T 22239-2019 8.1.4.1)."""


def date_of_birth(number: str) -> date | None:
    """Return the date of birth in an 18-character number, or None if it is not a real date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Return `male` or `female` by the last digit of the sequence, or "" without a number."""
    if len(number) != 18 or not number[16].isdigit():
        return ""
    return "male" if int(number[16]) % 2 else "female"


def salutation(name: str, number: str) -> str:
    """Return how the home page greets somebody, e.g. 李女士, or "" where the number does not say."""
    title = {"male": "先生", "female": "女士"}.get(sex_of(number), "")
    return f"{name[:1]}{title}" if title else ""


# -- legal persons


class OrganisationKind(StrEnum):
    """What kind of legal person an organisation is (机构类型)."""

    ENTERPRISE = "enterprise"
    BUSINESS = "business"
    INSTITUTION = "institution"
    SOCIETY = "society"
    AGENCY = "agency"
    OTHER = "other"


ORGANISATION_LABELS = {
    OrganisationKind.ENTERPRISE: "企业",
    OrganisationKind.BUSINESS: "个体工商户",
    OrganisationKind.INSTITUTION: "事业单位",
    OrganisationKind.SOCIETY: "社会组织",
    OrganisationKind.AGENCY: "机关",
    OrganisationKind.OTHER: "其他组织",
}
_KINDS_OF_CODES = {
    "11": OrganisationKind.AGENCY,
    "12": OrganisationKind.INSTITUTION,
    "13": OrganisationKind.SOCIETY,
    "51": OrganisationKind.SOCIETY,
    "52": OrganisationKind.SOCIETY,
    "53": OrganisationKind.SOCIETY,
    "81": OrganisationKind.SOCIETY,
    "91": OrganisationKind.ENTERPRISE,
    "92": OrganisationKind.BUSINESS,
    "93": OrganisationKind.ENTERPRISE,
}
"""By characters 1 and 2 of the code: the registering department and the kind (GB 32100-2015, table 1)."""


def organisation_kind(credit_code: str) -> str:
    """Return the kind of organisation by the first two characters of its code; `other` where they leave it open."""
    return _KINDS_OF_CODES.get(credit_code[:2], OrganisationKind.OTHER)


def check_organisation_kind(kind: str, credit_code: str) -> None:
    """Raise Invalid for a kind that the credit code contradicts. Where the code leaves it open, accept any kind."""
    by_code = organisation_kind(credit_code)
    if by_code not in {kind, OrganisationKind.OTHER}:
        raise Invalid("机构类型与统一社会信用代码的前两位不符，请对照证照核对代码和类型。", field="kind")


# -- age


def anniversary(born: date, years: int) -> date:
    """Return the day on which somebody reaches an age in full years.

    Somebody born on 29 February reaches it on 28 February of a common year: where a month lacks the day, its last day
    counts (民法典第二百零二条). Everything that depends on an age goes by this day.
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 2, 28)


def full_years(born: date, day: date) -> int:
    """Return the age in full years (周岁) on a day."""
    return day.year - born.year - (day < anniversary(born, day.year - born.year))


CONSENT_FROM, OF_AGE = 8, 18
"""Ages in full years (民法典第十七至二十条): under 8 without legal capacity, under 18 with limited capacity."""


def is_minor(born: date | None, day: date) -> bool:
    """Return whether somebody is under eighteen on the day. Pages mask minors' data by default."""
    return born is not None and full_years(born, day) < OF_AGE


def guardianship_until(born: date, day: date) -> date | None:
    """Return the last day of the present stage of guardianship: before the 8th or 18th birthday. None for adults."""
    age = full_years(born, day)
    if age >= OF_AGE:
        return None
    return anniversary(born, CONSENT_FROM if age < CONSENT_FROM else OF_AGE) - timedelta(days=1)


def needs_consent(born: date, day: date) -> bool:
    """Return whether a minor must personally agree to what a guardian does for them."""
    return full_years(born, day) >= CONSENT_FROM


# -- mandates


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


class Ending(StrEnum):
    """Why a mandate ended."""

    PRINCIPAL = "principal"
    HELPER = "helper"
    DECLINED = "declined"
    LAPSED = "lapsed"
    UNCONFIRMED = "unconfirmed"
    GUARDIANSHIP = "guardianship"


AGENT, FAMILY, HELP, GUARDIAN = MandateKind
KIND_WORDS = {AGENT: "经办人", FAMILY: "亲情代办", HELP: "帮代办", GUARDIAN: "监护人代办"}
EVERYTHING, THEMES, ITEMS = Reach
REACH_WORDS = {EVERYTHING: "全部事项", THEMES: "按主题", ITEMS: "指定事项"}
LONGEST_YEARS = {AGENT: 3, FAMILY: 1, HELP: 1}


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
    return anniversary(day, LONGEST_YEARS[MandateKind(kind)])
