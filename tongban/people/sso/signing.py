"""The provider's signing keys: the first signs, all are published.

To change the key, add the new file at the end of the setting, so that it is published. After an hour move it to the
front, so that it signs. Remove the old one when the last token that it signed has expired.
"""

import json
from functools import lru_cache
from pathlib import Path

import jwt
from allauth.core.internal.jwkkit import jwk_thumbprint
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from tongban.people.sso.queries import issuer as issuer

ALGORITHM = "RS256"


def sign(content: dict[str, object], *, kind: str = "JWT") -> str:
    """Return a signed token (JWS compact serialisation). `kind` is its `typ`."""
    kid, key = _keys(tuple(settings.OIDC_KEY_FILES))[0]
    return jwt.encode(content, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": kind})


def read(text: str, *, audience: str | None = None) -> dict[str, object] | None:
    """Return the content of one of our ID tokens, expired or not; None if we did not sign it (for the audience)."""
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


def published() -> list[dict[str, str]]:
    """Return the public keys as JWKs."""
    found = []
    for kid, key in _keys(tuple(settings.OIDC_KEY_FILES)):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        found.append({**{name: public[name] for name in ("kty", "n", "e")}, "kid": kid, "use": "sig", "alg": ALGORITHM})
    return found


@lru_cache(maxsize=4)
def _keys(files: tuple[str, ...]) -> list[tuple[str, RSAPrivateKey]]:
    """Return the keys with their ids. Cached, since checking an RSA key takes longer than signing with it."""
    found = []
    for file in files:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
            raise ValueError(f"{file} does not hold an RSA key of 2048 bits or more")
        found.append((jwk_thumbprint(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))), key))
    return found
