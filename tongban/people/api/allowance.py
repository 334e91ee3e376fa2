"""How much may be asked in a minute, by a bearer or by an address without one. All web processes count together."""

from django.db import connection
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from tongban.foundation import clock
from tongban.trust.crypto.services import blind_index

MINUTE = 60
COUNT = """
INSERT INTO api_allowance (whose, minute, requests) VALUES (%s, %s, 1)
ON CONFLICT (whose) DO UPDATE SET minute = EXCLUDED.minute,
    requests = CASE WHEN api_allowance.minute = EXCLUDED.minute THEN api_allowance.requests + 1 ELSE 1 END
RETURNING requests
"""


class Allowance(BaseThrottle):
    """So many requests in a minute of the clock. One object serves all threads and keeps nothing of a request."""

    def __init__(self, *, bearer: int, address: int) -> None:
        self.bearer, self.address = bearer, address

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request: one statement, so that two at once are two."""
        bearer = getattr(request, "auth", None)
        whose = str(bearer) if bearer else blind_index(self.get_ident(request) or "", purpose="api-allowance")
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [whose, _now() // MINUTE])
            (asked,) = cursor.fetchone()
        return bool(asked <= (self.bearer if bearer else self.address))

    def wait(self) -> int:
        """Seconds until the next minute."""
        return MINUTE - _now() % MINUTE


def _now() -> int:
    return int(clock.now().timestamp())
