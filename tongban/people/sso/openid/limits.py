"""How often a client may fail to authenticate, counted per client and network address.

A stranger who knows a system's name therefore cannot lock it out. Failures are counted after the check: a secret of 256
random bits cannot be guessed by any number of parallel tries, and a system that calls from many threads must not be
refused for calls in progress.
"""

from allauth.core import context

from tongban.foundation.errors import DomainError
from tongban.foundation.throttle import BY_ADDRESS, CooldownCounter
from tongban.people.signin.addresses import address_of
from tongban.people.sso.queries import digest_of

FAILURES = 10
WINDOW = 300
"""Seconds after the last failure."""
COUNTS = CooldownCounter(WINDOW, BY_ADDRESS)


class TooManyFailures(DomainError):
    code = "too-many-failures"
    status = 429
    message = "Too many failed attempts of this client; try again in five minutes with the right credential."


def check(client_id: str) -> None:
    """Raise TooManyFailures if even a correct credential is not to be checked."""
    if COUNTS.count(_key(client_id)) >= FAILURES:
        raise TooManyFailures


def count(client_id: str) -> None:
    """Count one more failure."""
    COUNTS.add(_key(client_id))


def _key(client_id: str) -> str:
    return "sso-failures:" + digest_of(f"{client_id} {address_of(context.request)}")
