"""What key management needs to know about people and departments; higher rooms provide it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.registry import Port


@dataclass(frozen=True)
class Holder:
    """A department as named in its certificates."""

    name: str
    uscc: str
    """Its unified social credit code (GB 32100)."""


keeps_keys: Port[Callable[[EventActor], bool]] = Port("who may change keys", absent=lambda actor: False)
"""Returns whether an actor has the post of security administrator. It is not called for machine actors."""
holder: Port[Callable[[UUID], Holder]] = Port("the departments that hold certificates")
"""Returns the department with an id. Raises NotFound."""
