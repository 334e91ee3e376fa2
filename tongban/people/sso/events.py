"""TELL: which systems are connected, and who signed in to them. Identifiers only."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class SystemDrafted(Event, label="登记接入系统"):
    """`subject` is the system, here and below."""

    department: str


@dataclass(frozen=True)
class SystemChanged(Event, label="修改接入系统"):
    """The request was changed. `fields` names the changed fields."""

    fields: str


@dataclass(frozen=True)
class SystemSubmitted(Event, label="提交接入审核"):
    """The system was submitted for review."""


@dataclass(frozen=True)
class SystemAgreed(Event, label="同意系统使用个人信息"):
    """The security administrator agreed to the personal data that the system requests."""

    scopes: str


@dataclass(frozen=True)
class SystemApproved(Event, label="批准接入系统"):
    """What the system requested is in force."""

    scopes: str


@dataclass(frozen=True)
class SystemReturned(Event, label="退回接入系统"):
    """The reviewer returned the system with a reason."""


@dataclass(frozen=True)
class SystemSuspended(Event, label="暂停接入系统"):
    """Nobody can sign in to the system, and its tokens are void."""


@dataclass(frozen=True)
class SystemResumed(Event, label="恢复接入系统"):
    """The system is in use again."""


@dataclass(frozen=True)
class SystemRetired(Event, label="停用接入系统"):
    """The system is out of use permanently."""


@dataclass(frozen=True)
class SecretMade(Event, label="领取应用密钥"):
    """A new secret was shown to the owner. Older ones end."""

    secret: str


@dataclass(frozen=True)
class SecretEnded(Event, label="作废应用密钥"):
    secret: str


@dataclass(frozen=True)
class ConsentGiven(Event, label="授权系统"):
    """`subject` is the consent."""

    system: str
    holder: str
    scopes: str


@dataclass(frozen=True)
class ConsentEnded(Event, label="取消系统授权"):
    """`subject` is the consent."""

    system: str
    holder: str


@dataclass(frozen=True)
class ConnectionBegun(Event, label="登录部门系统"):
    """`subject` is the connection. The system may read what the scopes give."""

    system: str
    holder: str
    scopes: str


@dataclass(frozen=True)
class ConnectionEnded(Event, label="退出部门系统"):
    """`subject` is the connection, whose tokens are void."""

    system: str
    holder: str


@dataclass(frozen=True)
class TokenReplayed(Event, label="令牌被重复使用，已全部作废"):
    """`subject` is the connection, which ended because its code or refresh token was used a second time."""

    system: str
    kind: str


@dataclass(frozen=True)
class NetworkIdBound(Event, label="绑定网号"):
    """`subject` is the account, to which a network ID (网号) signs in from now on."""
