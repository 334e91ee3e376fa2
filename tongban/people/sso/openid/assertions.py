"""`private_key_jwt` (RFC 7523, OpenID Connect Core 9): a system authenticates by a signature and sends no secret."""

from datetime import UTC, datetime, timedelta

import jwt
from allauth.idp.oidc.models import Client
from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.people.sso import queries, signing
from tongban.people.sso.models import Assertion

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFETIME = timedelta(minutes=61)
"""The longest accepted validity, for which a `jti` is remembered. Client libraries use an hour."""


def client_of(kind: str, text: str, *, endpoint: str) -> Client | None:
    """Return the client that made the assertion; None if it is wrong, expired, for somebody else, or was used before.

    `endpoint` is the full address to which it was sent, which `aud` may name in place of the issuer.
    """
    if kind != TYPE:
        return None
    try:
        header, unproven = jwt.get_unverified_header(text), jwt.decode(text, options={"verify_signature": False})
        client = queries.client_of(str(unproven.get("iss")))
        keys = (client.data["keys"] or {}).get("keys", []) if client else []
        key = next((key for key in keys if key["kid"] == header.get("kid")), None)
        if client is None or key is None:
            return None
        content = jwt.decode(
            text,
            jwt.PyJWK(key, algorithm="ES256" if key["kty"] == "EC" else header.get("alg", "RS256")).key,
            algorithms=["ES256"] if key["kty"] == "EC" else ["RS256", "PS256"],
            audience=[signing.issuer(), endpoint],
            issuer=client.id,
            subject=client.id,
            options={"require": ["exp", "iss", "sub", "aud", "jti"]},
        )
    except (jwt.PyJWTError, ValueError, KeyError):
        return None
    return client if _first_time(client, content) else None


def _first_time(client: Client, content: dict[str, object]) -> bool:
    good_until = datetime.fromtimestamp(int(str(content["exp"])), UTC)
    jti = content["jti"]
    if good_until > clock.now() + MAX_LIFETIME or not isinstance(jti, str) or not 8 <= len(jti) <= 200:
        return False
    try:
        with transaction.atomic():
            Assertion.objects.create(system_id=client.system.id, digest=queries.digest_of(jti), good_until=good_until)
    except IntegrityError:
        return False
    return True
