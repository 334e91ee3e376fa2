"""What identity needs to know and only a higher room knows, and what rooms show to administrators.

While the port is empty, nobody is anybody's guardian, and no relation is found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.registry import Port
from tongban.foundation.ui.slots import Slot


@dataclass(frozen=True)
class Family:
    """What the registers say about two persons."""

    is_guardian_of: Callable[[UUID, UUID], bool]
    """`(guardian, child)`: whether the registers name the first as a parent of the second."""
    children_of: Callable[[UUID], list[UUID]]
    """`(parent)`: the living persons whose parent this is, by the registers."""
    relation_of: Callable[[UUID, UUID], str]
    """`(principal, helper)`: what the helper is to the principal, in words; "" where no register knows."""


family: Port[Family] = Port(
    "who is related to whom",
    absent=Family(lambda guardian, child: False, lambda guardian: [], lambda principal, helper: ""),
)


@dataclass(frozen=True)
class Waiting:
    """A line of the page on which administrators begin: one thing to look after, and how it stands."""

    title: str
    words: str
    """How it stands, and where something is wrong, what to do."""
    state: str = "green"
    """A light: `green`, `yellow` (soon) or `red` (now)."""
    href: str = ""


administration = Slot("what waits for administrators")
"""Each room provides `Waiting` for those posts of the signed-in person that look after it."""
