"""The one authenticator of the interface: an opaque bearer token with its scope. Other kinds of tokens join here."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from tongban.foundation.api import queries
from tongban.foundation.errors import NotAllowed


class Scope(HttpBearer):
    """Lets a token with the scope in; sets `request.actor`."""

    openapi_description = "接口令牌，只在发放时显示一次"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = queries.token_of(token)
        actor = queries.actor_of(found) if found else None
        if found is None or actor is None:
            return None
        if self.scope not in found.scopes:
            raise NotAllowed(f"这个令牌没有“{self.scope}”权限，请申请带有这项权限的令牌。")
        request.actor = actor  # type: ignore[attr-defined]
        return found
