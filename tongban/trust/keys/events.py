"""TELL: events of keys and certificates. No event contains a key."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class KeyMade(Event, label="生成密钥", administrative=True, recorded_later=True):
    """A key was created; `subject` is the key, `level` is master, root, department or data."""

    level: str
    purpose: str
    owner: str
    algorithm: str


@dataclass(frozen=True)
class KeyRotated(Event, label="轮换密钥", administrative=True):
    """A key was replaced; `subject` is the new key, `before` the old one (empty if there was none)."""

    level: str
    purpose: str
    before: str
    rewrapped: int
    """The number of lower-level keys that were rewrapped."""


@dataclass(frozen=True)
class KeyRetired(Event, label="停用密钥", administrative=True):
    """A key was retired: it still opens what it sealed, but seals nothing new; `subject` is the key."""

    level: str
    purpose: str


@dataclass(frozen=True)
class SigningKeyMade(Event, label="生成签名密钥", administrative=True, recorded_later=True):
    """A signing key pair was created; `subject` is derived from the key's name, which is not a UUID."""

    key: str


@dataclass(frozen=True)
class KeyDestroyed(Event, label="销毁密钥", administrative=True):
    """A key was destroyed; `subject` is the key, `shredded` lists the tables whose values were lost with it."""

    level: str
    purpose: str
    shredded: tuple[str, ...]


@dataclass(frozen=True)
class ValuesResealed(Event, label="换新密钥保存", administrative=True):
    """Old values were resealed under current keys; `subject` is an id of the run."""

    purpose: str
    rows: int


@dataclass(frozen=True)
class RowsReindexed(Event, label="重建盲索引", administrative=True):
    """Old blind indexes were recomputed; `subject` is an id of the run."""

    rows: int


@dataclass(frozen=True)
class KeyAccepted(Event, label="更换环境里的密钥", administrative=True):
    """A configured key was changed deliberately; `name` is secret or index, `subject` an id of the change."""

    name: str


@dataclass(frozen=True)
class CertificateIssued(Event, label="签发证书", administrative=True):
    """A certificate was issued; `subject` is the certificate, `issuer` the issuing one (empty for a root)."""

    kind: str
    serial: str
    issuer: str


@dataclass(frozen=True)
class CertificateRevoked(Event, label="吊销证书", administrative=True):
    """A certificate was revoked; `subject` is the certificate, `revocation` the CRL reason (RFC 5280 §5.3.1)."""

    kind: str
    serial: str
    revocation: str
