"""The one authenticator of the interface: an opaque bearer token with its scope, of whatever kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from tongban.foundation.errors import NotAllowed
from tongban.foundation.registry import Registry
from tongban.people.api import queries
from tongban.people.identity.actors import Actor


@dataclass(frozen=True)
class Bearer:
    """What every kind of token comes down to: who acts, and what he may do with it."""

    id: UUID
    """The token, or the sign-in that it belongs to; requests are counted and repeated by it."""
    actor: Actor
    scopes: frozenset[str]

    def __str__(self) -> str:
        return str(self.id)


Kind = Callable[[str], Bearer | None]
"""Gives the bearer of a token's text, or None when it is not one of this kind or not in force."""


def own_token(text: str) -> Bearer | None:
    """A token that the platform issued for a system of its holder."""
    found = queries.token_of(text) if text.startswith(queries.PREFIX) else None
    actor = queries.actor_of(found) if found else None
    return Bearer(found.id, actor, frozenset(found.scopes)) if found and actor else None


token_kinds: Registry[Kind] = Registry("kinds of tokens")


class RequiresScope(HttpBearer):
    """Lets a token with the scope in; sets `request.actor`."""

    openapi_description = "接口令牌，只在发放时显示一次"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        bearer = next((found for kind in token_kinds if (found := kind(token))), None)
        if bearer is None:
            return None
        if self.scope not in bearer.scopes:
            raise NotAllowed(f"这个令牌没有“{self.scope}”权限，请申请带有这项权限的令牌。")
        request.actor = bearer.actor  # type: ignore[attr-defined]
        return bearer


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, once `RequiresScope` has let him in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def principal_of(request: HttpRequest) -> UUID:
    """In whose name he asks."""
    subject_id = actor_of(request).acting_for
    assert subject_id is not None
    return subject_id
