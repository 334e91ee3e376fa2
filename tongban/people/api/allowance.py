"""How much may be asked in a minute, by a bearer or by an address without one. All web processes count together."""

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from tongban.foundation.networks import counted_address
from tongban.foundation.throttle import FixedWindow
from tongban.trust.crypto.services import blind_index

MINUTE = 60
COUNTS = FixedWindow("api_allowance", MINUTE)


class Allowance(BaseThrottle):
    """So many requests in a minute of the clock. One object serves all threads and keeps nothing of a request."""

    def __init__(self, *, bearer: int, address: int) -> None:
        self.bearer, self.address = bearer, address

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, so that two at once are two."""
        bearer = getattr(request, "auth", None)
        whose = str(bearer) if bearer else blind_index(caller_of(request), purpose="api-allowance")
        minute, _ = COUNTS.window()
        return COUNTS.add(minute, whose)[whose] <= (self.bearer if bearer else self.address)

    def wait(self) -> int:
        """Seconds until the next minute."""
        return COUNTS.window()[1]


def caller_of(request: HttpRequest) -> str:
    """By what a caller who shows nothing is counted: the address, or the network of an IPv6 subscriber."""
    return counted_address(BaseThrottle().get_ident(request) or "")
