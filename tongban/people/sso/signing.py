"""The provider's name and its signing keys: the first signs, all are published.

To change the key, put the new file at the end of the setting (it is published), after an hour at the front (it signs),
and take the old one out when the last token that it signed has expired.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from allauth.core.internal.jwkkit import jwk_thumbprint
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from tongban.people.sso.queries import issuer as issuer

ALGORITHM = "RS256"


def sign(content: dict[str, Any], *, kind: str = "JWT") -> str:
    """A signed token (JWS compact); `kind` is its `typ`."""
    kid, key = _keys(tuple(settings.OIDC_KEY_FILES))[0]
    return jwt.encode(content, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": kind})


def read(text: str, *, audience: str | None = None) -> dict[str, Any] | None:
    """What one of our ID tokens says, expired or not; None when we did not sign it (for this audience)."""
    try:
        kid = jwt.get_unverified_header(text).get("kid")
        key = dict(_keys(tuple(settings.OIDC_KEY_FILES))).get(str(kid))
        if key is None:
            return None
        return jwt.decode(
            text,
            key.public_key(),
            algorithms=[ALGORITHM],
            issuer=issuer(),
            audience=audience,
            options={"verify_exp": False, "verify_aud": audience is not None},
        )
    except jwt.PyJWTError:
        return None


def published() -> list[dict[str, Any]]:
    """The public keys as JWKs."""
    found = []
    for kid, key in _keys(tuple(settings.OIDC_KEY_FILES)):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        found.append({**{name: public[name] for name in ("kty", "n", "e")}, "kid": kid, "use": "sig", "alg": ALGORITHM})
    return found


@lru_cache(maxsize=4)
def _keys(files: tuple[str, ...]) -> list[tuple[str, RSAPrivateKey]]:
    """Loaded once: checking an RSA key takes longer than signing with it."""
    found = []
    for file in files:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
            raise ValueError(f"{file} does not hold an RSA key of 2048 bits or more")
        found.append((jwk_thumbprint(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))), key))
    return found
