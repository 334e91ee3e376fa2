"""TELL: which tokens were issued and revoked."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class TokenIssued(Event, label="发放接口令牌", administrative=True):
    """`subject` is the token."""

    holder: str
    principal_id: str
    scopes: str


@dataclass(frozen=True)
class TokenRevoked(Event, label="撤销接口令牌", administrative=True):
    """`subject` is the token."""
