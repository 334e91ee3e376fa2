"""TELL: who came in and how, what he changed of his keys. Identifiers only; `subject` is the account."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class SignedIn(Event, label="登录"):
    """`methods` are the ways in which he proved himself, e.g. `password,totp`."""

    methods: str


@dataclass(frozen=True)
class SignInLocked(Event, label="锁定登录"):
    """Too many failures: nobody signs in to the account until the lock ends."""

    kind: str


@dataclass(frozen=True)
class SignedOut(Event, label="退出登录"):
    """`by` is `himself`, `idle`, or `remote` from another of his sessions."""

    by: str


@dataclass(frozen=True)
class FactorAdded(Event, label="添加二次验证方式"):
    kind: str


@dataclass(frozen=True)
class FactorRemoved(Event, label="删除二次验证方式"):
    kind: str


@dataclass(frozen=True)
class PasswordChanged(Event, label="修改密码"):
    """`by` is `himself` or `reset`."""

    by: str


@dataclass(frozen=True)
class ProofRecorded(Event, label="实名核验"):
    """`subject` is the person or organisation that proved who it is."""

    level: int
    kind: str
    adapter: str
