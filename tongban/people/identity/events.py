"""TELL: what changed about subjects, accounts and appointments. Payloads hold identifiers, never personal data."""

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
    """`subject` is the newborn. The number itself is not in the payload."""


@dataclass(frozen=True)
class AccountOpened(Event, label="开立账号", administrative=True):
    """`subject` is the account."""

    holder: str


@dataclass(frozen=True)
class PhoneVerified(Event, label="登记账号手机号"):
    """`subject` is the account whose holder proved to have the phone. The phone is not in the payload."""


@dataclass(frozen=True)
class PhoneReleased(Event, label="账号手机号换了主人"):
    """`subject` is the account. Somebody else proved to be the phone's holder. The phone is not in the payload."""

    holder: str
    """The subject behind the account, who no longer has the phone."""


@dataclass(frozen=True)
class AccountClosed(Event, label="注销账号"):
    """`subject` is the account. The records of what was done with it stay."""


@dataclass(frozen=True)
class AccountBound(Event, label="账号归到本人名下"):
    """`subject` is an account opened under a name only. Its holder proved to be a registered subject."""

    holder: str


@dataclass(frozen=True)
class AccountUnbound(Event, label="撤销账号归属"):
    """`subject` is the account, which was bound to `holder`, who objected."""

    holder: str


@dataclass(frozen=True)
class AccountOwned(Event, label="账号成为本人账号"):
    """`subject` is an account opened for a post. Its holder proved who they are; it is their own from `since`."""

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
    """`subject` is the organisation. The person may act for it from now on."""

    person: str


@dataclass(frozen=True)
class RepresentativeEnded(Event, label="取消代表权", administrative=True):
    """`subject` is the organisation."""

    person: str


@dataclass(frozen=True)
class Unmasked(Event, label="查看完整信息"):
    """`subject` is the one whose data an officer saw unmasked. `fields` names fields in words; no value is recorded."""

    fields: str
    case_number: str
    purpose: str


@dataclass(frozen=True)
class VisitBegun(Event, label="开始现场办理"):
    """`subject` is the visit. The actor is the clerk, who saw the document of the person present."""

    present: str
    applicant: str


@dataclass(frozen=True)
class VisitEnded(Event, label="结束现场办理"):
    """`subject` is the visit."""


@dataclass(frozen=True)
class Authorised(Event, label="重要操作获准"):
    """A policy allowed a privileged act; `subject` is the target. `purpose` is the legal ground where data is used."""

    action: str
    purpose: str = ""
    case_number: str = ""


@dataclass(frozen=True)
class AuthorisationRefused(Event, label="重要操作被拒绝"):
    """A policy refused a privileged act; `unmet` lists the clauses that were not met, in words."""

    action: str
    unmet: str


@dataclass(frozen=True)
class MandateEvent(Event):
    """`subject` is the mandate, between two subjects."""

    principal_of: str
    helper: str
    kind: str


class MandateGranted(MandateEvent, label="授权代办", principal_label="在窗口替您登记了授权"):
    """The mandate takes effect once the other side has accepted it."""


@dataclass(frozen=True)
class MandateAccepted(MandateEvent, label="接受代办"):
    """`confirmed` is how the other side proved who they are, a `rules.ConfirmedBy`."""

    confirmed: str = ""


class MandateChanged(MandateEvent, label="变更代办授权"):
    """The scope, the largest amount or the last day changed."""


class MandatePaused(MandateEvent, label="暂停代办"):
    """The organisation's legal representative changed. The new one has to confirm the mandate."""


class MandateConfirmed(MandateEvent, label="确认代办授权"):
    """The new legal representative confirmed the mandate."""


@dataclass(frozen=True)
class MandateEnded(MandateEvent, label="结束代办", principal_label="在窗口替您取消了授权"):
    """`because` is a `rules.Ending`."""

    because: str = ""
