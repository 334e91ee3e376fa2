"""The library's request validator with our additional requirements.

- PKCE with S256 for every client; redirect addresses are compared character by character.
- Codes and refresh tokens are used once; a second use ends the sign-in.
- Clients authenticate by a secret (stored as a fast digest) or `private_key_jwt`, with a lock after failures.
- A client revokes and introspects only its own tokens, unless it was granted the introspection of others.
- Every token of a person belongs to a sign-in (`sid`).
"""

import hmac
from collections.abc import Callable
from datetime import timedelta

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
from tongban.people.sso import claims as person_claims
from tongban.people.sso import queries, services, signing
from tongban.people.sso.claims import subject_id_of
from tongban.people.sso.models import Code, Connection, SpentToken
from tongban.people.sso.openid import assertions, limits
from tongban.people.sso.queries import digest_of

CODE_LIVES = timedelta(seconds=60)
INTROSPECTION = "introspection"
"""The scope with which a system may introspect tokens of other systems."""


class Validator(OAuthLibRequestValidator):
    """Created for one request: holds the code, the token and the sign-in that the request is about."""

    def __init__(self) -> None:
        self.code: Code | None = None
        self.connection: Connection | None = None
        self.spent: Token | None = None
        self.authentication: dict[str, object] = {}

    # Authentication of the client

    def authenticate_client(self, request: Request, *args: object, **kwargs: object) -> bool:
        """Authenticate by exactly one of: a secret in the header, a secret in the body, a signed assertion."""
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

    def client_authentication_required(self, request: Request, *args: object, **kwargs: object) -> bool:
        if getattr(request, "client_assertion", None) or httpkit.extract_basic_auth(request.headers)[0]:
            return True
        return super().client_authentication_required(request, *args, **kwargs)

    def _lookup_client(self, request: Request, client_id: str) -> Client | None:
        """Return the client if its system is approved."""
        known = get_validator_context().clients
        if client_id not in known:
            known[client_id] = queries.client_of(client_id)
        return known[client_id]

    # The authorization request

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: object, **kwargs: object
    ) -> bool:
        return redirect_uri in request.client.get_redirect_uris()

    def get_default_scopes(self, client_id: str, request: Request, *args: object, **kwargs: object) -> list[str]:
        """Return all granted scopes for a system in its own name; for a person, only `openid`."""
        granted: list[str] = request.client.get_scopes()
        return ["openid"] if "openid" in granted else granted

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    def validate_silent_login(self, request: Request) -> bool:
        """Return whether somebody is signed in, for `prompt=none`. Our view checks level and age of the sign-in."""
        return isinstance(context.request.user, Account)

    def validate_silent_authorization(self, request: Request) -> bool:
        """Accept: our view decides whether consent is needed."""
        return True

    def validate_user_match(
        self, id_token_hint: str, scopes: list[str], claims: dict[str, object] | None, request: Request
    ) -> bool:
        """Return whether the signed-in person is the one in the hint. Somebody not signed in yet is checked later."""
        account = context.request.user
        if not id_token_hint or not isinstance(account, Account):
            return True
        meant = signing.read(id_token_hint, audience=request.client.id)
        return meant is not None and meant.get("sub") == subject_id_of(account)

    # Codes

    def validate_code(
        self, client_id: str, code: str, client: Client, request: Request, *args: object, **k: object
    ) -> bool:
        """Use up the code, whatever the result. A second use ends the sign-in (RFC 6749, 4.1.2)."""
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
        if found.made_at < now - CODE_LIVES or not self._use_connection(found.connection, request):
            return False
        self.code, request.scopes, request.nonce = found, found.scopes, found.nonce
        self.authentication = found.authentication or {}
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return self.code.challenge if self.code else None

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return "S256"

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Client,
        request: Request,
        *args: object,
        **kwargs: object,
    ) -> bool:
        return self.code is not None and hmac.compare_digest(self.code.redirect_uri.encode(), redirect_uri.encode())

    def get_authorization_code_scopes(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> list[str]:
        """Return the code's scopes. Called before the code is checked, to recognise a request of OpenID Connect."""
        found = Code.objects.filter(digest=digest_of(code or "")).values_list("scopes", flat=True).first()
        return found or []

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        return self.code.nonce or None if self.code else None

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: object, **kwargs: object
    ) -> None:
        """Do nothing: `validate_code` has done it."""

    # Refresh tokens

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *args: object, **kwargs: object
    ) -> bool:
        """Accept a refresh token. One that was exchanged already ends the sign-in with all its tokens."""
        digest, now = digest_of(refresh_token), clock.now()
        row = Token.objects.select_for_update(of=("self",)).filter(
            hash=digest, type=Token.Type.REFRESH_TOKEN, client=client, expires_at__gt=now
        )
        token = row.first()
        if token is None:
            self._look_for_replay(digest, client)
            return False
        connection = queries.open_connections().select_related("account", "system").filter(id=token.data["sid"]).first()
        if connection is None or not self._use_connection(connection, request):
            return False
        self.spent, self.authentication = token, token.data.get("authentication", {})
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *args: object, **kwargs: object) -> list[str]:
        return self.spent.get_scopes() if self.spent else []

    def rotate_refresh_token(self, request: Request) -> bool:
        return True

    def _look_for_replay(self, digest: str, client: Client) -> None:
        spent = SpentToken.objects.select_related("connection__system", "connection__account").filter(digest=digest)
        found = spent.filter(connection__system__client_id=client.id).first()
        if found is not None:
            services.end_replayed(found.connection, "refresh-token", actor=machine("sso-replay"))

    # Tokens

    def save_bearer_token(self, token: dict[str, str | int], request: Request, *args: object, **kwargs: object) -> None:
        """Store the tokens as digests. Every token of a person belongs to their sign-in at the system."""
        now = clock.now()
        lives = {
            "access_token": (Token.Type.ACCESS_TOKEN, timedelta(seconds=int(token["expires_in"]))),
            "refresh_token": (Token.Type.REFRESH_TOKEN, timedelta(seconds=app_settings.REFRESH_TOKEN_EXPIRES_IN or 0)),
        }
        if self.spent is not None and self.connection is not None:
            SpentToken.objects.create(digest=self.spent.hash, connection=self.connection, at=now)
            self.spent.delete()
        scopes = self.spent.get_scopes() if self.spent else request.scopes
        for name, (kind, life) in lives.items():
            if name not in token:
                continue
            made = Token(client=request.client, type=kind, hash=digest_of(str(token[name])), expires_at=now + life)
            made.created_at = now
            made.set_scopes(scopes if kind == Token.Type.REFRESH_TOKEN else request.scopes)
            if self.connection is not None:
                made.user = self.connection.account
                made.data = {"sid": str(self.connection.id), "authentication": self.authentication}
            made.save()

    def finalize_id_token(
        self,
        id_token: dict[str, object],
        token: dict[str, str | int],
        token_handler: Callable[[Request], dict[str, str | int]],
        request: Request,
    ) -> str:
        assert self.connection is not None
        issued_at = id_token["iat"]
        assert isinstance(issued_at, int)
        id_token["iss"] = signing.issuer()
        id_token["exp"] = issued_at + app_settings.ID_TOKEN_EXPIRES_IN
        id_token["jti"] = new_id().hex
        return signing.sign(id_token | person_claims.of_sign_in(self.connection, self.authentication))

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """Accept a person's access token in the header only: an address would appear in logs (RFC 6750, 5.3)."""
        if not token or "access_token" in context.request.GET:
            return False
        found = queries.token_status(token, Token.Type.ACCESS_TOKEN)
        if found is None or found.connection is None or not found.may_act or found.token.client is None:
            return False
        self.connection, self.authentication = found.connection, found.authentication
        self._use_client(request, found.token.client)
        request.scopes = found.token.get_scopes()
        return set(scopes) <= set(request.scopes)

    def get_userinfo_claims(self, request: Request) -> dict[str, object]:
        assert self.connection is not None
        return person_claims.of_person(self.connection, request.scopes, self.authentication)

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: object, **kwargs: object
    ) -> dict[str, object] | None:
        """Return a token's data, or None (not active), also for tokens the client may not see (RFC 7662, 2.2)."""
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
            **(
                person_claims.of_sign_in(found.connection, found.authentication) if found.connection else {"sub": owner}
            ),
        }

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: object, **kwargs: object) -> None:
        """Revoke a client's own token; with a refresh token, all tokens of the sign-in (RFC 7009, 2.1)."""
        found = queries.token_status(token, Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
        if found is None or found.token.client_id != request.client.id:
            return
        if found.token.type == Token.Type.REFRESH_TOKEN and found.connection is not None:
            queries.tokens_of(found.connection.id).delete()
        else:
            found.token.delete()

    def _use_connection(self, connection: Connection, request: Request) -> bool:
        """Make the request about the sign-in. Return False if it ended, or its name may no longer be used."""
        account = connection.account
        if (
            connection.ended_at is not None
            or not account.is_active
            or not queries.may_act_as(account, connection.principal_id)
        ):
            return False
        self.connection, request.user = connection, account
        return True
