"""The only authenticator of the interface: an opaque bearer token of any kind, with its scopes."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from tongban.foundation.errors import NotAllowed
from tongban.foundation.registry import Registry
from tongban.people.api import queries, services
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import admit


@dataclass(frozen=True)
class Bearer:
    """What a token of any kind stands for: who acts, and with which scopes."""

    id: UUID
    """The id of the token, or of the sign-in that it belongs to. Allowance and idempotency go by it."""
    actor: Actor
    scopes: frozenset[str]

    def __str__(self) -> str:
        return str(self.id)


TokenKind = Callable[[str], Bearer | None]
"""Returns the bearer of a token's text, or None if it is not of this kind or not in force."""


def own_token(text: str) -> Bearer | None:
    """Return the bearer of a token that the platform issued for a system of its holder."""
    found = services.authenticate_token(text) if text.startswith(queries.PREFIX) else None
    actor = queries.actor_of(found) if found else None
    return Bearer(found.token.id, actor, frozenset(found.token.scopes)) if found and actor else None


token_kinds: Registry[TokenKind] = Registry("kinds of tokens")
"""Each finds out who bears a token, or returns None for a token of another kind."""


class RequiresScope(HttpBearer):
    """Admit tokens with the scope, and set `request.actor`."""

    openapi_description = "接口令牌，只在发放时显示一次"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        bearer = next((found for kind in token_kinds if (found := kind(token))), None)
        if bearer is None:
            return None
        if self.scope not in bearer.scopes:
            raise NotAllowed(f"这个令牌没有“{self.scope}”权限，请申请带有这项权限的令牌。")
        admit(request, bearer.actor)
        return bearer


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, behind `RequiresScope`."""
    actor = getattr(request, "actor", None)
    assert isinstance(actor, Actor)
    return actor


def principal_of(request: HttpRequest) -> UUID:
    """Return in whose name they act."""
    subject_id = actor_of(request).acting_for
    assert subject_id is not None
    return subject_id
