"""TELL: which systems are connected, and who signed in to them. Identifiers only."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class SystemDrafted(Event, label="登记接入系统"):
    """`subject` is the system, here and below."""

    department: str


@dataclass(frozen=True)
class SystemChanged(Event, label="修改接入系统"):
    """What it wants was changed; `fields` are their names."""

    fields: str


@dataclass(frozen=True)
class SystemSubmitted(Event, label="提交接入审核"):
    """It waits for its review."""


@dataclass(frozen=True)
class SystemAgreed(Event, label="同意系统使用个人信息"):
    """The security administrator agreed to the personal data that it wants."""

    scopes: str


@dataclass(frozen=True)
class SystemApproved(Event, label="批准接入系统"):
    """What it wants is in force."""

    scopes: str


@dataclass(frozen=True)
class SystemReturned(Event, label="退回接入系统"):
    """The reviewer gave it back with a reason."""


@dataclass(frozen=True)
class SystemSuspended(Event, label="暂停接入系统"):
    """Nobody signs in to it, and its tokens are void."""


@dataclass(frozen=True)
class SystemResumed(Event, label="恢复接入系统"):
    """It is in use again."""


@dataclass(frozen=True)
class SystemRetired(Event, label="停用接入系统"):
    """It is out of use for good."""


@dataclass(frozen=True)
class SecretMade(Event, label="领取应用密钥"):
    """A secret was shown to its owner; older ones end soon."""

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
    """`subject` is the connection: the system may read what the scopes give."""

    system: str
    holder: str
    scopes: str


@dataclass(frozen=True)
class ConnectionEnded(Event, label="退出部门系统"):
    """`subject` is the connection; its tokens are void."""

    system: str
    holder: str


@dataclass(frozen=True)
class TokenReplayed(Event, label="令牌被重复使用，已全部作废"):
    """`subject` is the connection, ended because a used code or refresh token of it came a second time."""

    system: str
    kind: str


@dataclass(frozen=True)
class NetworkIdBound(Event, label="绑定网号"):
    """`subject` is the account; it may be signed in to with a network ID (网号) from now on."""
