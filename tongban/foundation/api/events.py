"""TELL: which systems may act for whom."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class TokenIssued(Event):
    """`subject` is the token."""

    holder: str
    principal_id: str
    scopes: str


@dataclass(frozen=True)
class TokenRevoked(Event):
    """`subject` is the token."""
