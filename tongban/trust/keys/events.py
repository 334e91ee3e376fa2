"""TELL: what happened to keys and certificates. No event holds a key."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class KeyMade(Event, label="生成密钥", administrative=True):
    """`subject` is the key; `level` is master, root, department or data."""

    level: str
    purpose: str
    owner: str
    algorithm: str


@dataclass(frozen=True)
class KeyRotated(Event, label="轮换密钥", administrative=True):
    """`subject` is the key that takes the place of `before` (empty: there was none)."""

    level: str
    purpose: str
    before: str
    rewrapped: int
    """How many keys below were wrapped anew."""


@dataclass(frozen=True)
class KeyRetired(Event, label="停用密钥", administrative=True):
    """`subject` is the key: it opens what it sealed and seals nothing new."""

    level: str
    purpose: str


@dataclass(frozen=True)
class SigningKeyMade(Event, label="生成签名密钥", administrative=True):
    """`subject` is made from the key's name, which is no UUID."""

    key: str


@dataclass(frozen=True)
class KeyDestroyed(Event, label="销毁密钥", administrative=True):
    """`subject` is the key; `shredded` names the tables whose values went with it."""

    level: str
    purpose: str
    shredded: tuple[str, ...]


@dataclass(frozen=True)
class ValuesResealed(Event, label="换新密钥保存", administrative=True):
    """`subject` is an id of this run."""

    purpose: str
    rows: int


@dataclass(frozen=True)
class RowsReindexed(Event, label="重建盲索引", administrative=True):
    """`subject` is an id of this run."""

    rows: int


@dataclass(frozen=True)
class KeyAccepted(Event, label="更换环境里的密钥", administrative=True):
    """`subject` is an id of this act: `name` (secret: of sessions, index: compared only) was changed on purpose."""

    name: str


@dataclass(frozen=True)
class CertificateIssued(Event, label="签发证书", administrative=True):
    """`subject` is the certificate."""

    kind: str
    serial: str
    issuer: str


@dataclass(frozen=True)
class CertificateRevoked(Event, label="吊销证书", administrative=True):
    """`subject` is the certificate."""

    kind: str
    serial: str
    revocation: str
