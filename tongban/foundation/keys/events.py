"""TELL: what happened to keys and certificates. No event holds a key."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class KeyMade(Event):
    """`subject` is the key; `level` is master, root, department or data."""

    level: str
    purpose: str
    owner: str
    algorithm: str


@dataclass(frozen=True)
class KeyRotated(Event):
    """`subject` is the key that takes the place of `before` (empty: there was none)."""

    level: str
    purpose: str
    before: str
    rewrapped: int
    """How many keys below were wrapped anew."""


@dataclass(frozen=True)
class KeyRetired(Event):
    """`subject` is the key: it opens what it sealed and seals nothing new."""

    level: str
    purpose: str


@dataclass(frozen=True)
class KeyDestroyed(Event):
    """`subject` is the key; `shredded` names the tables whose values went with it."""

    level: str
    purpose: str
    shredded: tuple[str, ...]


@dataclass(frozen=True)
class ValuesResealed(Event):
    """`subject` is an id of this run."""

    purpose: str
    rows: int


@dataclass(frozen=True)
class CertificateIssued(Event):
    """`subject` is the certificate."""

    kind: str
    serial: str
    issuer: str


@dataclass(frozen=True)
class CertificateRevoked(Event):
    """`subject` is the certificate."""

    kind: str
    serial: str
    revocation: str
