"""How often somebody may guess: failed look-ups of a code or number, per address and by everybody together.

Each try is counted before the look-up, in one statement, so that parallel tries cannot outrun the count. A successful
one is given back. People in a service hall share an address, so only failures stay counted and the limit is high. The
counts are stored in the table of the allowance and end with their minute or hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from tongban.foundation.errors import DomainError, Invalid, NotFound
from tongban.foundation.throttle import FixedWindow
from tongban.people.api.allowance import COUNTS, HOUR
from tongban.people.api.allowance import caller_of as caller_of
from tongban.trust.crypto.services import blind_index

OF_ONE, OF_ALL = 60, 3000
"""Failures allowed in a minute of the clock: by one address, and by everybody together."""
_HOURS = FixedWindow(COUNTS.table, HOUR)


def is_among_first(request: HttpRequest, what: str, *, most: int) -> bool:
    """Count one more act of the caller and return whether it is among the first `most` of this hour of the clock.

    The network is counted under its blind index; the address is not stored.
    """
    hour, _ = _HOURS.window()
    whose = blind_index(caller_of(request), purpose=f"acts {what}")
    return _HOURS.add(hour, whose)[whose] <= most


class TooManyGuesses(DomainError):
    """Too many failed look-ups. The sentence says how long to wait."""

    code = "too-many-guesses"
    status = 429

    def __init__(self, seconds: int) -> None:
        self.retry_after = seconds
        super().__init__(
            f"查不到的次数太多（同一网络、同一账号合并计算），请 {seconds} 秒后再试。"
            "请对照原件逐字核对号码；有二维码的，直接扫码。"
        )


@contextmanager
def guessing(
    request: HttpRequest, what: str, *, by: str = "", of_one: int | None = None, of_all: int | None = None
) -> Iterator[None]:
    """Wrap a look-up: raise TooManyGuesses before it begins; count it if it raises NotFound or Invalid.

    `by` names the person who asks, where that is known; otherwise the network is counted.
    """
    minute, left = COUNTS.window()
    who = by or caller_of(request)
    keys = (blind_index(who, purpose=f"guess {what}"), f"guess {what}")
    tries = COUNTS.add(minute, *keys)
    if tries[keys[0]] > (of_one or OF_ONE) or tries[keys[1]] > (of_all or OF_ALL):
        raise TooManyGuesses(left)
    try:
        yield
    except (NotFound, Invalid):
        raise
    except BaseException:
        COUNTS.give_back(minute, keys)
        raise
    COUNTS.give_back(minute, keys)
