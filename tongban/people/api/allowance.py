"""How much may be asked in a minute, by a bearer or by an address without one. All web processes count together."""

from django.db import connection
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from tongban.foundation import clock
from tongban.foundation.networks import counted_address
from tongban.trust.crypto.services import blind_index

MINUTE = 60
COUNT = """
INSERT INTO api_allowance AS a (whose, minute, requests) VALUES {rows}
ON CONFLICT (whose) DO UPDATE SET minute = EXCLUDED.minute,
    requests = CASE WHEN a.minute = EXCLUDED.minute THEN a.requests + 1 ELSE 1 END
RETURNING whose, requests
"""


class Allowance(BaseThrottle):
    """So many requests in a minute of the clock. One object serves all threads and keeps nothing of a request."""

    def __init__(self, *, bearer: int, address: int) -> None:
        self.bearer, self.address = bearer, address

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, so that two at once are two."""
        bearer = getattr(request, "auth", None)
        whose = str(bearer) if bearer else blind_index(caller_of(request), purpose="api-allowance")
        minute, _ = minute_now()
        return counted(minute, whose)[whose] <= (self.bearer if bearer else self.address)

    def wait(self) -> int:
        """Seconds until the next minute."""
        return minute_now()[1]


def counted(minute: int, *whose: str) -> dict[str, int]:
    """Count one more in the minute for each of them, in one statement; returns how many there are.

    Their rows stay locked, in the order in which they are named, until the caller's transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT.format(rows=", ".join(["(%s, %s, 1)"] * len(whose))), [one for key in whose for one in (key, minute)]
        )
        return dict(cursor.fetchall())


def minute_now() -> tuple[int, int]:
    """The minute of the clock, and the seconds until the next one."""
    now = int(clock.now().timestamp())
    return now // MINUTE, MINUTE - now % MINUTE


def caller_of(request: HttpRequest) -> str:
    """By what a caller who shows nothing is counted: the address, or the network of an IPv6 subscriber."""
    return counted_address(BaseThrottle().get_ident(request) or "")
