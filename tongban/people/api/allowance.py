"""How many requests a bearer, or an address without one, may make in a minute, across all web processes."""

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from tongban.foundation.networks import counted_address
from tongban.foundation.throttle import FixedWindow
from tongban.trust.crypto.services import blind_index

MINUTE, HOUR = 60, 3600
COUNTS = FixedWindow("api_allowance", MINUTE)


class Allowance(BaseThrottle):
    """A limit of requests per minute of the clock. One object serves all threads and stores nothing about a request."""

    def __init__(self, *, bearer: int, address: int) -> None:
        self.bearer, self.address = bearer, address

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, exactly also for parallel ones, and return whether it is within the limit."""
        bearer = getattr(request, "auth", None)
        whose = str(bearer) if bearer else blind_index(caller_of(request), purpose="api-allowance")
        minute, _ = COUNTS.window()
        return COUNTS.add(minute, whose)[whose] <= (self.bearer if bearer else self.address)

    def wait(self) -> int:
        """Return the seconds until the next minute."""
        return COUNTS.window()[1]


def caller_of(request: HttpRequest) -> str:
    """Return what a caller without a token is counted by: the address, or the network of an IPv6 subscriber."""
    return counted_address(BaseThrottle().get_ident(request) or "")
