"""What keys need to know of people and departments; rooms above offer it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.ports import Recorded
from tongban.foundation.registry import Port


@dataclass(frozen=True)
class Holder:
    """A department as its certificates name it."""

    name: str
    uscc: str
    """Its unified social credit code (GB 32100)."""


keeps_keys: Port[Callable[[Recorded], bool]] = Port("who may change keys", absent=lambda actor: False)
"""Whether somebody has the post of the security administrator. The platform itself is not asked."""
holder: Port[Callable[[UUID], Holder]] = Port("the departments that hold certificates")
"""The department of an id; raises NotFound."""
