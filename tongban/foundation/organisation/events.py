"""TELL: what changed in the city's organisation."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class DivisionEstablished(Event):
    """`subject` is made from the division's code, which has no UUID of its own."""

    code: str
    level: str


@dataclass(frozen=True)
class DepartmentEstablished(Event):
    name: str
    short_code: str


@dataclass(frozen=True)
class PostEstablished(Event):
    department: str
    kind: str
