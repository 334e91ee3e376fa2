"""The ports of this room: whether a name belongs to a number and a phone, and who follows a session to a new key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tongban.foundation.registry import Port, Registry

NameCheck = Callable[[str, str], bool]
Follower = Callable[[str, str], None]
session_followers: Registry[Follower] = Registry("followers of sessions")
"""Each is called with `(old, new)` in the transaction that gives a session another key."""


@dataclass(frozen=True)
class NameChecker:
    """Whether a register knows an identity number under a name."""

    name: str
    """The source that the evidence names."""
    agrees: NameCheck
    """`(name, number)`: whether they belong together."""


name_checker: Port[NameChecker] = Port("a register of names", absent=NameChecker("", lambda name, number: False))


class Carrier(Protocol):
    """The mobile carrier's three-factor check (运营商三要素)."""

    def agrees(self, name: str, number: str, phone: str) -> bool:
        """Return whether the three belong together. Raises Unreachable."""
        ...


def name_agrees(name: str, number: str) -> bool:
    """Return whether name and number belong together. False while no register fills the port."""
    return name_checker.get().agrees(name, number)


def name_of_checker() -> str:
    """Return the source that the evidence names."""
    return name_checker.get().name


def follow_session(old: str, new: str) -> None:
    """Call every follower: a session has moved from one key to another."""
    for follower in session_followers:
        follower(old, new)
