"""What a pattern is made of: rows whose moving parts are holes, and what goes into the holes."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from tongban.exchange.licences.models import Licence


@dataclass(frozen=True)
class Scenario:
    """How an application goes: its share, on which working days the steps are done, and how it ends."""

    name: str
    share: float
    days: tuple[int, ...] = ()
    """Working days after the application on which each step of a person is done; fewer than steps: still open."""
    ending: str = "grant"
    rated: int = 0


@dataclass(frozen=True)
class Moment:
    """A moment as working days after the day of the application, and the time since it or since that midnight."""

    workdays: int
    seconds: float


@dataclass(frozen=True)
class Days:
    """A day as working days after the application."""

    workdays: int


@dataclass(frozen=True)
class Text:
    """A text with holes: the pieces between them, and which value, as a text, goes into each."""

    pieces: tuple[str, ...]
    holes: tuple[int, ...]

    def filled(self, texts: list[str]) -> str:
        if not self.holes:
            return self.pieces[0]
        parts = [self.pieces[0]]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            parts += (texts[hole], piece)
        return "".join(parts)


@dataclass(frozen=True)
class Hole:
    """A column that is one of the values."""

    index: int


@dataclass(frozen=True)
class Sealed:
    """An encrypted column: what is in it, and the column to which it is bound beside the row's key."""

    text: Text
    column: bytes


@dataclass(frozen=True)
class Json:
    text: Text


@dataclass
class IssuedLicence:
    """A licence that a pattern issues: what all of its kind share, and the holes that it fills or is filled from."""

    like: Licence
    issued_at: int
    valid_from: int
    surface: Text
    case_number: Text
    holes: dict[str, int]
    """Attribute -> the hole of its value."""


@dataclass
class Pattern:
    """One application's rows with holes. The first hole of each row that has an id is its own key."""

    scenario: Scenario
    item: str
    instant: bool
    workdays: int
    """After how many working days nothing more happens."""
    holes: list[tuple[str, Any]] = field(default_factory=list)
    """(kind, detail) of each value: id, number of a department, of the person, held licence, time, of a licence."""
    rows: list[tuple[type[models.Model], int, list[Any]]] = field(default_factory=list)
    """(model, hole of the key or -1, a maker for each column)."""
    licences: list[IssuedLicence] = field(default_factory=list)
