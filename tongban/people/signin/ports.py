"""What this room asks of rooms and adapters above it: does a name belong to a number, and to a phone?

And what it tells them at once: that a session goes on under another key.
"""

from collections.abc import Callable
from typing import Protocol

NameCheck = Callable[[str, str], bool]
Follower = Callable[[str, str], None]
_followers: list[Follower] = []
_checker: tuple[str, NameCheck] | None = None


class Carrier(Protocol):
    """The mobile carrier's three-factor check (运营商三要素)."""

    def agrees(self, name: str, number: str, phone: str) -> bool:
        """Whether the three belong together; Unreachable when nobody can say."""
        ...


def register_name_checker(called: str, check: NameCheck) -> None:
    """`check(name, number)`: whether the population library knows this number under this name."""
    global _checker
    _checker = (called, check)


def name_agrees(name: str, number: str) -> bool:
    """Whether name and number agree; no where nobody can say."""
    return _checker is not None and _checker[1](name, number)


def name_checker_called() -> str:
    """What the evidence names as its source."""
    return _checker[0] if _checker else ""


def carrier() -> Carrier | None:
    """The carrier of the settings, the demo's outside production, or none."""
    from tongban.people.signin import carriers

    return carriers.current()


def follow_sessions(follower: Follower) -> None:
    """`follower(old, new)` is called in the transaction in which a session gets another key."""
    if follower not in _followers:
        _followers.append(follower)


def session_moves(old: str, new: str) -> None:
    """Tell all who keep something by the key of a session."""
    for follower in _followers:
        follower(old, new)
