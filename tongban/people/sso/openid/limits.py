"""How often a client may fail to prove itself, counted for client and network address together.

So a stranger who knows the name of a system cannot lock it out. Failures are counted exactly, but after the look: a
secret of 256 random bits is not guessed by any number of tries at once, and a system that calls with many threads must
not be refused for calls that are on their way.
"""

from allauth.core import context
from allauth.core.internal.httpkit import get_client_ip

from tongban.foundation.errors import DomainError
from tongban.foundation.throttle import CooldownCounter
from tongban.people.sso.queries import digest_of

FAILURES = 10
WINDOW = 300
"""Seconds after the last failure."""
COUNTS = CooldownCounter(WINDOW)


class TooManyFailures(DomainError):
    code = "too-many-failures"
    status = 429
    message = "Too many failed attempts of this client; try again in five minutes with the right credential."


def check(client_id: str) -> None:
    """TooManyFailures where even a right credential is not looked at."""
    if COUNTS.count(_key(client_id)) >= FAILURES:
        raise TooManyFailures


def count(client_id: str) -> None:
    """One more failure."""
    COUNTS.add(_key(client_id))


def _key(client_id: str) -> str:
    return "sso-failures:" + digest_of(f"{client_id} {get_client_ip(context.request) or ''}")
