"""What a system is told about how somebody signed in, and what it may request of that (acr, amr, max_age)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

LEVELS = ("L0", "L1", "L2", "L3")
"""Values of `acr`: the real-name levels, the lowest first. Each includes the lower ones."""

PROMPTS = ("none", "login", "consent")
"""The supported values of `prompt`."""

METHODS: Mapping[str, tuple[str, ...]] = {
    "password": ("pwd",),
    "code": ("sms",),
    "totp": ("otp",),
    "recovery_codes": ("otp",),
    "webauthn": ("pop", "user"),
    "passkey": ("pop", "user", "mfa"),
}
"""By kind of proof, the values of `amr` (RFC 8176). A passkey that signs in alone was unlocked by its holder, so it
counts as two factors. It is not known how the national platform and network IDs authenticate, so they add none."""

_FACTORS = {"pwd": "knows", "sms": "has", "otp": "has", "pop": "has"}


def methods_of(ways: Iterable[str]) -> tuple[str, ...]:
    """Return `amr` of a session: each method once, and `mfa` if they are two kinds of factors."""
    used = tuple(dict.fromkeys(method for way in ways for method in METHODS.get(way, ())))
    both = len({_FACTORS[method] for method in used if method in _FACTORS}) > 1
    return used if "mfa" in used or not both else (*used, "mfa")


def authentication_claims(at: datetime, *, level: str, methods: Iterable[str]) -> dict[str, object]:
    """Return the claims about how somebody signed in. `amr` is left out where no method is known."""
    claims: dict[str, object] = {"auth_time": int(at.timestamp()), "acr": level}
    used = list(methods)
    return {**claims, "amr": used} if used else claims


def requested_level(acr_values: str) -> int | None:
    """Return the lowest level that a system accepts: 0 if it requests none, None if it names only unknown ones."""
    asked = acr_values.split()
    return min((LEVELS.index(value) for value in asked if value in LEVELS), default=None if asked else 0)


def requested_age(max_age: str | None) -> int | None:
    """Return `max_age` in seconds, or None. Raises ValueError if it is not a whole number."""
    if not max_age:
        return None
    if not (max_age.isascii() and max_age.isdecimal() and len(max_age) <= 10):
        raise ValueError(max_age)
    return int(max_age)
