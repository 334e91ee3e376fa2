"""The public keys with which a system authenticates."""

from collections.abc import Mapping

import jwt

from tongban.foundation.errors import Invalid
from tongban.foundation.texts import read_json

ALGORITHMS = ("RS256", "PS256", "ES256")
WRONG = "公钥应是 JWK Set（RFC 7517），只含 RSA（2048 位以上）或 P-256 的公钥，每个有不同的 kid。"


Jwk = dict[str, str]


def public_keys(given: str | Mapping[str, list[Jwk]]) -> dict[str, list[Jwk]]:
    """Return the JWK set with public members only. Raises Invalid if it holds a private key or a weak one."""
    try:
        keys = (read_json(given) if isinstance(given, str) else given)["keys"]
        found = [_public(key) for key in keys]
    except (ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
        raise Invalid(WRONG, field="keys") from None
    if not 1 <= len(found) <= 5 or len({key["kid"] for key in found}) != len(found):
        raise Invalid(WRONG, field="keys")
    return {"keys": found}


def _public(key: Jwk) -> Jwk:
    if "d" in key or "k" in key:
        raise Invalid("这里面有私钥。私钥只留在您的系统里，请只交公钥，并换一对新的密钥。", field="keys")
    names = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}[key["kty"]]
    public = {"kty": key["kty"], "kid": str(key["kid"])[:60]} | {name: key[name] for name in names}
    algorithm = "ES256" if key["kty"] == "EC" else "RS256"
    loaded = jwt.PyJWK(public, algorithm=algorithm).key
    if loaded.key_size < (2048 if algorithm == "RS256" else 256) or public.get("crv", "P-256") != "P-256":
        raise ValueError
    return public
