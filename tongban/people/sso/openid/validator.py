"""The library's request validator with what we demand beyond it.

PKCE with S256 for every client; redirect addresses compared as they stand; codes and refresh tokens used once, a second
use ends the sign-in; secrets by a fast digest or `private_key_jwt`, with a lock after failures; a client revokes and
introspects its own tokens only, unless introspection of others was granted; all tokens hang on a sign-in (`sid`).
"""

import hmac
from datetime import timedelta
from typing import Any

from allauth.core import context
from allauth.core.internal import httpkit
from allauth.idp.oidc import app_settings
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.models import Client, Token
from oauthlib.common import Request

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.people.identity.actors import machine
from tongban.people.identity.queries import Account
from tongban.people.sso import claims, queries, services, signing
from tongban.people.sso.models import Code, Connection, SpentToken
from tongban.people.sso.openid import assertions, limits
from tongban.people.sso.queries import digest_of

CODE_LIVES = timedelta(seconds=60)
INTROSPECTION = "introspection"
"""The scope with which a system may introspect tokens of others."""


class Validator(OAuthLibRequestValidator):
    """Made for one request: it holds the code, the token and the sign-in that the request is about."""

    def __init__(self) -> None:
        self.code: Code | None = None
        self.connection: Connection | None = None
        self.spent: Token | None = None
        self.authentication: dict[str, Any] = {}

    # Who asks

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """One way of proving oneself at a time: a secret (in the header or the body), or a signed assertion."""
        in_header = httpkit.extract_basic_auth(request.headers)
        assertion, in_body = getattr(request, "client_assertion", None), getattr(request, "client_secret", None)
        if sum(map(bool, (in_header[1], assertion, in_body))) != 1:
            return False
        client_id, secret = in_header if in_header[1] else (getattr(request, "client_id", None), in_body)
        named = getattr(request, "client_id", None)
        if not assertion and (not client_id or (named and named != client_id)):
            return False
        limits.check(str(client_id or named or ""))
        if assertion:
            endpoint = f"{signing.issuer()}{context.request.path}"
            client = assertions.client_of(getattr(request, "client_assertion_type", ""), assertion, endpoint=endpoint)
            client = client if client and named in {None, client.id} else None
        else:
            client = queries.client_by_secret(str(client_id), str(secret))
        if client is None or client.type != Client.Type.CONFIDENTIAL:
            limits.count(str(client_id or named or ""))
            return False
        self._use_client(request, client)
        return True

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        if getattr(request, "client_assertion", None) or httpkit.extract_basic_auth(request.headers)[0]:
            return True
        return super().client_authentication_required(request, *args, **kwargs)

    def _lookup_client(self, request: Request, client_id: str) -> Client | None:
        """Systems in use only."""
        known = get_validator_context().clients
        if client_id not in known:
            known[client_id] = queries.client_of(client_id)
        return known[client_id]

    # What is asked for

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return redirect_uri in request.client.get_redirect_uris()

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """A system in its own name gets all that it was granted, else a person is recognised and no more."""
        granted: list[str] = request.client.get_scopes()
        return ["openid"] if "openid" in granted else granted

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    def validate_silent_login(self, request: Request) -> bool:
        """With `prompt=none`: whether somebody is signed in. How well and since when is looked at by our view."""
        return isinstance(context.request.user, Account)

    def validate_silent_authorization(self, request: Request) -> bool:
        """Whether consent is needed is decided by our view, from what was consented to for this system."""
        return True

    def validate_user_match(self, id_token_hint: str, scopes: Any, claims_asked: Any, request: Request) -> bool:
        """Whether the person signed in is the one the system means; whoever signs in first is checked afterwards."""
        account = context.request.user
        if not id_token_hint or not isinstance(account, Account):
            return True
        meant = signing.read(id_token_hint, audience=request.client.id)
        return meant is not None and meant.get("sub") == claims.subject_id_of(account)

    # Codes

    def validate_code(self, client_id: str, code: str, client: Client, request: Request, *args: Any, **k: Any) -> bool:
        """One try: whatever comes of it, the code is used up. A second try ends the sign-in (RFC 6749, 4.1.2)."""
        found = (
            Code.objects.select_for_update(of=("self",))
            .select_related("connection__account", "connection__system")
            .filter(digest=digest_of(code), connection__system__client_id=client.id)
            .first()
        )
        if found is None:
            return False
        if found.used_at is not None:
            services.end_replayed(found.connection, "code", actor=machine("sso-replay"))
            return False
        now = clock.now()
        found.used_at = now
        found.save(update_fields=["used_at"])
        if found.made_at < now - CODE_LIVES or not self._go_on(found.connection, request):
            return False
        self.code, request.scopes, request.nonce = found, found.scopes, found.nonce
        self.authentication = found.authentication or {}
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return self.code.challenge if self.code else None

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return "S256"

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return self.code is not None and hmac.compare_digest(self.code.redirect_uri.encode(), redirect_uri.encode())

    def get_authorization_code_scopes(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> list[str]:
        """Asked before the code was checked: it decides whether this is a request of OpenID Connect."""
        found = Code.objects.filter(digest=digest_of(code or "")).values_list("scopes", flat=True).first()
        return found or []

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        return self.code.nonce or None if self.code else None

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """`validate_code` did."""

    # Refresh tokens

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """A refresh token that was exchanged already ends the sign-in, with the token that it was exchanged for."""
        digest, now = digest_of(refresh_token), clock.now()
        row = Token.objects.select_for_update(of=("self",)).filter(
            hash=digest, type=Token.Type.REFRESH_TOKEN, client=client, expires_at__gt=now
        )
        token = row.first()
        if token is None:
            self._look_for_replay(digest, client)
            return False
        connection = queries.open_connections().select_related("account", "system").filter(id=token.data["sid"]).first()
        if connection is None or not self._go_on(connection, request):
            return False
        self.spent, self.authentication = token, token.data.get("authentication", {})
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        return self.spent.get_scopes() if self.spent else []

    def rotate_refresh_token(self, request: Request) -> bool:
        return True

    def _look_for_replay(self, digest: str, client: Client) -> None:
        spent = SpentToken.objects.select_related("connection__system", "connection__account").filter(digest=digest)
        found = spent.filter(connection__system__client_id=client.id).first()
        if found is not None:
            services.end_replayed(found.connection, "refresh-token", actor=machine("sso-replay"))

    # Tokens

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """Only digests are kept; every token of a person hangs on his sign-in at the system."""
        now = clock.now()
        lives = {
            "access_token": (Token.Type.ACCESS_TOKEN, timedelta(seconds=token["expires_in"])),
            "refresh_token": (Token.Type.REFRESH_TOKEN, timedelta(seconds=app_settings.REFRESH_TOKEN_EXPIRES_IN or 0)),
        }
        if self.spent is not None and self.connection is not None:
            SpentToken.objects.create(digest=self.spent.hash, connection=self.connection, at=now)
            self.spent.delete()
        scopes = self.spent.get_scopes() if self.spent else request.scopes
        for name, (kind, life) in lives.items():
            if name not in token:
                continue
            made = Token(client=request.client, type=kind, hash=digest_of(token[name]), expires_at=now + life)
            made.created_at = now
            made.set_scopes(scopes if kind == Token.Type.REFRESH_TOKEN else request.scopes)
            if self.connection is not None:
                made.user = self.connection.account
                made.data = {"sid": str(self.connection.id), "authentication": self.authentication}
            made.save()

    def finalize_id_token(self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Request) -> str:
        assert self.connection is not None
        id_token["iss"] = signing.issuer()
        id_token["exp"] = id_token["iat"] + app_settings.ID_TOKEN_EXPIRES_IN
        id_token["jti"] = new_id().hex
        return signing.sign(id_token | claims.of_sign_in(self.connection, self.authentication))

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """An access token of a person, sent in the header: one in an address would stand in logs (RFC 6750, 5.3)."""
        if not token or "access_token" in context.request.GET:
            return False
        found = queries.token_status(token, Token.Type.ACCESS_TOKEN)
        if found is None or found.connection is None or not found.may_act or found.token.client is None:
            return False
        self.connection, self.authentication = found.connection, found.authentication
        self._use_client(request, found.token.client)
        request.scopes = found.token.get_scopes()
        return set(scopes) <= set(request.scopes)

    def get_userinfo_claims(self, request: Request) -> dict[str, Any]:
        assert self.connection is not None
        return claims.of_person(self.connection, request.scopes, self.authentication)

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        """None, which reads as not active, also for a token that is none of the asker's business (RFC 7662, 2.2)."""
        found = queries.token_status(token, Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
        if found is None or not found.may_act:
            return None
        owner: str = found.token.client_id or ""
        if owner != request.client.id and INTROSPECTION not in request.client.get_scopes():
            return None
        assert found.token.expires_at is not None
        return {
            "iss": signing.issuer(),
            "client_id": owner,
            "aud": owner,
            "iat": int(found.token.created_at.timestamp()),
            "exp": int(found.token.expires_at.timestamp()),
            "token_type": "refresh_token" if found.token.type == Token.Type.REFRESH_TOKEN else "access_token",
            "scope": " ".join(found.token.get_scopes()),
            **(claims.of_sign_in(found.connection, found.authentication) if found.connection else {"sub": owner}),
        }

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """A client's own token; with a refresh token all that came of it (RFC 7009, 2.1)."""
        found = queries.token_status(token, Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
        if found is None or found.token.client_id != request.client.id:
            return
        if found.token.type == Token.Type.REFRESH_TOKEN and found.connection is not None:
            queries.tokens_of(found.connection.id).delete()
        else:
            found.token.delete()

    def _go_on(self, connection: Connection, request: Request) -> bool:
        """Whether the sign-in still stands, in the name in which it was made; it is what the request is about then."""
        account = connection.account
        standing = connection.ended_at is None and account.is_active
        if not standing or not queries.stands_for(account, connection.principal_id):
            return False
        self.connection, request.user = connection, account
        return True
