"""TELL: the moves of a work order. `subject` is the order; the reason stands in the entry."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class OrderRaised(Event):
    number: str
    kind: str
    post: UUID
    about: str = ""


@dataclass(frozen=True)
class OrderTaken(Event):
    """The actor answers for it from now on."""

    number: str


@dataclass(frozen=True)
class OrderHandedOn(Event):
    number: str
    from_post: UUID
    to_post: UUID


@dataclass(frozen=True)
class OrderEscalated(Event):
    """Overdue: it went to the head of the department."""

    number: str
    from_post: UUID
    to_post: UUID


@dataclass(frozen=True)
class OrderNoted(Event):
    number: str
    note: UUID
    internal: bool


@dataclass(frozen=True)
class OrderAnswered(Event):
    number: str
    outcome: str


@dataclass(frozen=True)
class OrderClosed(Event):
    number: str


@dataclass(frozen=True)
class OrderReopened(Event):
    number: str


@dataclass(frozen=True)
class OrderWithdrawn(Event):
    number: str
