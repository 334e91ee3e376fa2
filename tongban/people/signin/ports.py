"""What this room asks of rooms and adapters above it: does a name belong to a number, and to a phone?

And what it tells them at once: that a session goes on under another key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tongban.foundation.registry import Port, Registry

NameCheck = Callable[[str, str], bool]
Follower = Callable[[str, str], None]
session_followers: Registry[Follower] = Registry("followers of sessions")
"""`(old, new)` is called in the transaction in which a session gets another key."""


@dataclass(frozen=True)
class NameChecker:
    """Whether a register knows an identity number under a name."""

    called: str
    """What the evidence names as its source."""
    agrees: NameCheck
    """`(name, number)`"""


name_checker: Port[NameChecker] = Port("a register of names", absent=NameChecker("", lambda name, number: False))


class Carrier(Protocol):
    """The mobile carrier's three-factor check (运营商三要素)."""

    def agrees(self, name: str, number: str, phone: str) -> bool:
        """Whether the three belong together; Unreachable when nobody can say."""
        ...


def name_agrees(name: str, number: str) -> bool:
    """Whether name and number agree; no where nobody can say."""
    return name_checker.get().agrees(name, number)


def name_checker_of() -> str:
    """What the evidence names as its source."""
    return name_checker.get().called


def session_moves(old: str, new: str) -> None:
    """Tell all who keep something by the key of a session."""
    for follower in session_followers:
        follower(old, new)
