"""TELL: who signed in and how, and how their credentials changed. Identifiers only; `subject` is the account."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class SignedIn(Event, label="登录"):
    """`methods` lists how the person proved who they are, e.g. `password,totp`."""

    methods: str


@dataclass(frozen=True)
class SignInLocked(Event, label="锁定登录"):
    """Too many failures: nobody signs in to the account until the lock ends."""

    kind: str


@dataclass(frozen=True)
class SignedOut(Event, label="退出登录"):
    """`by` is `self` (the person), `idle`, or `remote` (from another of their sessions).

    Entries of earlier versions say `himself` instead of `self`.
    """

    by: str


@dataclass(frozen=True)
class FactorAdded(Event, label="添加二次验证方式"):
    kind: str


@dataclass(frozen=True)
class FactorRemoved(Event, label="删除二次验证方式"):
    kind: str


@dataclass(frozen=True)
class BrowserRemembered(Event, label="记住登录设备"):
    """`subject` is the account. From this browser a code to the phone is enough to sign in."""

    browser: str


@dataclass(frozen=True)
class BrowserForgotten(Event, label="不再认识登录设备"):
    """`subject` is the account. `by` is `self`, `password` (it was changed) or `phone` (it has another holder)."""

    browser: str
    by: str


@dataclass(frozen=True)
class PasswordChanged(Event, label="修改密码"):
    """`by` is `self` (the person), `reset`, `first` (after an initial password), or `taken-back` (removed).

    Entries of earlier versions say `himself` instead of `self`.
    """

    by: str


@dataclass(frozen=True)
class ProofRecorded(Event, label="实名核验"):
    """`subject` is the person or organisation that was proved."""

    level: int
    kind: str
    adapter: str
    account: str = ""
    """The account that the proof counts for; empty where the person has none."""
    counts_from: str = ""
    """When the proof begins to count, if later: the person can object until then."""


@dataclass(frozen=True)
class ReaderRegistered(Event, label="登记读卡器", administrative=True):
    """`subject` is the reader. Its bridge signs with this key."""

    department: str
    public_key: str


@dataclass(frozen=True)
class ReaderRetired(Event, label="停用读卡器", administrative=True):
    """`subject` is the reader."""


@dataclass(frozen=True)
class WindowCheckBegun(Event, label="开始窗口核验"):
    """`subject` is the check of a person and an account."""

    person: str
    account: str


@dataclass(frozen=True)
class DocumentRead(Event, label="读卡器读取证件"):
    """`subject` is the check. `evidence` is the keyed digest of what the reader signed."""

    person: str
    reader: str
    evidence: str


@dataclass(frozen=True)
class SecondOfficerConfirmed(Event, label="第二人复核身份"):
    """`subject` is the clerk's check. The actor also compared the person with the document."""

    person: str
    clerk: str


@dataclass(frozen=True)
class WindowCheckEnded(Event, label="窗口核验有了结果"):
    """`subject` is the check, which led to a proof or met with the person's objection."""

    person: str
    objected: bool


@dataclass(frozen=True)
class ProofObjected(Event, label="对实名核验提出异议"):
    """`subject` is the person. The proof is void, and a binding that came with it is undone."""

    check: str
    clerk: str
    department: str
    account: str


@dataclass(frozen=True)
class ClerkLimitReached(Event, label="窗口核验达到当日上限", administrative=True):
    """`subject` is the clerk, who tried to complete or confirm more checks than are allowed in a day."""

    department: str
    checks: int
