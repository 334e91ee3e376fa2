"""TELL: what changed about subjects, accounts and appointments. Identifiers only, never personal data."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class PersonRegistered(Event, label="登记自然人"):
    """`subject` is the person."""


@dataclass(frozen=True)
class OrganisationRegistered(Event, label="登记组织"):
    """`subject` is the organisation."""


@dataclass(frozen=True)
class NumberAssigned(Event, label="编制公民身份号码"):
    """A newborn got its number; the number itself is not told."""


@dataclass(frozen=True)
class AccountOpened(Event, label="开立账号", administrative=True):
    """`subject` is the account."""

    holder: str


@dataclass(frozen=True)
class PhoneVerified(Event, label="登记账号手机号"):
    """`subject` is the account, whose holder has the phone in his hand; the number itself is not told."""


@dataclass(frozen=True)
class AccountClosed(Event, label="注销账号"):
    """`subject` is the account; what was done with it stays in the records."""


@dataclass(frozen=True)
class AccountBound(Event, label="账号归到本人名下"):
    """`subject` is an account opened under a name only; its holder proved to be a subject who was known already."""

    holder: str


@dataclass(frozen=True)
class AccountUnbound(Event, label="撤销账号归属"):
    """`subject` is the account; it was bound to `holder`, who objected."""

    holder: str


@dataclass(frozen=True)
class AccountOwned(Event, label="账号成为本人账号"):
    """`subject` is an account opened for a post; its holder proved on it who they are. It counts from `since`."""

    holder: str
    since: str


@dataclass(frozen=True)
class InitialPasswordIssued(Event, label="发放初始密码", administrative=True):
    """`subject` is the account. `delivered` is `phone` (sent to the person) or `shown` (to whoever issued it)."""

    holder: str
    delivered: str


@dataclass(frozen=True)
class AppointmentOffered(Event, label="邀请任职", administrative=True):
    """`subject` is the offer; it becomes an appointment when the person accepts it."""

    holder: str
    post: str


@dataclass(frozen=True)
class OfferAnswered(Event, label="答复任职邀请"):
    """`subject` is the offer; `answer` is `accepted`, `declined` or `withdrawn`."""

    holder: str
    post: str
    answer: str


@dataclass(frozen=True)
class AppointmentMade(Event, label="任命", administrative=True):
    """`subject` is the appointment."""

    holder: str
    post: str
    stand_in_for: str = ""


@dataclass(frozen=True)
class AppointmentEnded(Event, label="结束任职", administrative=True):
    """`subject` is the appointment."""

    holder: str
    post: str


@dataclass(frozen=True)
class RepresentativeEntitled(Event, label="授予代表权", administrative=True):
    """`subject` is the organisation, which the person may act for from now on."""

    person: str


@dataclass(frozen=True)
class RepresentativeEnded(Event, label="取消代表权", administrative=True):
    """`subject` is the organisation."""

    person: str


@dataclass(frozen=True)
class Unmasked(Event, label="查看完整信息"):
    """`subject` is whose data an officer saw whole: which fields in words, never a value; the reason stands beside."""

    fields: str
    case_number: str
    purpose: str


@dataclass(frozen=True)
class VisitBegun(Event, label="开始现场办理"):
    """`subject` is the visit; the clerk, who acts, saw the document of the one who is present."""

    present: str
    applicant: str


@dataclass(frozen=True)
class VisitEnded(Event, label="结束现场办理"):
    """`subject` is the visit."""


@dataclass(frozen=True)
class Authorised(Event, label="重要操作获准"):
    """A privileged act was allowed by its policy; `subject` is the thing. Where data is used, on which ground."""

    action: str
    purpose: str = ""
    case_number: str = ""


@dataclass(frozen=True)
class AuthorisationRefused(Event, label="重要操作被拒绝"):
    """A privileged act was refused; `unmet` are the clauses in words."""

    action: str
    unmet: str


@dataclass(frozen=True)
class MandateEvent(Event):
    """`subject` is the mandate, between two subjects."""

    principal_of: str
    helper: str
    kind: str


class MandateGranted(MandateEvent, label="授权代办"):
    """It works once the other side has accepted it."""


@dataclass(frozen=True)
class MandateAccepted(MandateEvent, label="接受代办"):
    """`confirmed`: by what the other side showed that it is he: `face`, `window`; empty where none is asked for."""

    confirmed: str = ""


class MandateChanged(MandateEvent, label="变更代办授权"):
    """Its scope, bound or end is another from now on."""


class MandatePaused(MandateEvent, label="暂停代办"):
    """The organisation's legal representative changed; the new one has to confirm it."""


class MandateConfirmed(MandateEvent, label="确认代办授权"):
    """By the new legal representative."""


@dataclass(frozen=True)
class MandateEnded(MandateEvent, label="结束代办"):
    """`because`: `principal`, `helper`, `declined`, `lapsed`, `unconfirmed` or `guardianship`."""

    because: str = ""
