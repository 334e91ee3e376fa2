"""How often the holder of a licence may be compared, so that nobody tries out names at the public verifier.

Each comparison is counted before it is made, so that parallel ones cannot outrun the counts: as a mismatch, and as a
match. What it turns out not to be is given back. The budget of the caller comes first: their mistakes end their own
tries, long before they end those of the others. The budget of the licence is for guesses that come from many addresses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.errors import Conflict
from tongban.foundation.throttle import BY_ADDRESS, CooldownCounter
from tongban.trust.crypto.services import blind_index

HOUR = 3600
MISMATCHES, MISMATCHES_OF_ALL, MATCHES = 10, 100, 30
"""The most for one licence until an hour has passed without another: mismatches of one caller, mismatches of everybody
together, and matches of one caller."""
_OF_CALLER, _OF_LICENCE = CooldownCounter(HOUR, BY_ADDRESS), CooldownCounter(HOUR)


@dataclass
class Comparison:
    """A comparison in progress."""

    agrees: bool = False


@contextmanager
def comparing(licence_id: UUID, *, by: str) -> Iterator[Comparison]:
    """Wrap a comparison; whoever makes it sets `agrees`. Raises Conflict before it begins when a budget is used up.

    `by` is the caller: an account, or the network of somebody who is not signed in.
    """
    caller = blind_index(f"{licence_id} {by}", purpose="licence-holder-caller")
    own, matches, licence = f"holder-wrong:{caller}", f"holder-right:{caller}", f"licence-holder:{licence_id}"
    if not _OF_CALLER.take(matches, MATCHES):
        raise Conflict("您刚才已经多次核对过这份证照。还要核对的，请一小时后再试。")
    if not _OF_CALLER.take(own, MISMATCHES):
        _OF_CALLER.give_back(matches)
        raise Conflict("您刚才多次没有核对上这份证照，请一小时后再试；着急的，请拨打签发机关的电话核对。")
    if not _OF_LICENCE.take(licence, MISMATCHES_OF_ALL):
        _OF_CALLER.give_back(own)
        _OF_CALLER.give_back(matches)
        raise Conflict("这份证照刚才多次没有核对上，请一小时后再试；着急的，请拨打签发机关的电话核对。")
    comparison = Comparison()
    try:
        yield comparison
    except BaseException:  # of one that failed, nothing was learned
        _OF_CALLER.give_back(own)
        _OF_CALLER.give_back(matches)
        _OF_LICENCE.give_back(licence)
        raise
    if comparison.agrees:
        _OF_CALLER.give_back(own)
        _OF_LICENCE.give_back(licence)
    else:
        _OF_CALLER.give_back(matches)
