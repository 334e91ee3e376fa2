"""The ports of this room: whether a name belongs to a number and a phone, who follows a session, other ways in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest

from tongban.foundation.registry import Port, Registry
from tongban.foundation.ui.slots import Slot

NameCheck = Callable[[str, str], bool]
Follower = Callable[[str, str], None]
session_followers: Registry[Follower] = Registry("followers of sessions")
"""Each is called with `(old, new)` in the transaction that gives a session another key."""
asks_for_posts: Registry[Callable[[HttpRequest], bool]] = Registry("requests for somebody's posts")
"""Each returns whether the request asks to use the posts of the signed-in person outside the desk."""
open_during_sign_in: Registry[str] = Registry("pages that are open before a sign-in is complete")
"""Names of URLs. An account opens them while it has its initial password, or owes a second factor."""
ways_to_sign_in = Slot("ways on the page for signing in")
ways_to_level = Slot("ways on the page for a higher real-name level")
"""Each way is `{text, href, note}`."""


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
