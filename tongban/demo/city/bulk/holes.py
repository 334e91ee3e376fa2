"""What a pattern is made of: rows whose moving parts are holes, and what goes into the holes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models


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
    """A moment as working days after the day of the application, and the microseconds since it or that midnight."""

    workdays: int
    microseconds: int


@dataclass(frozen=True)
class Days:
    """A day as working days after the application."""

    workdays: int


class Text:
    """A text with holes, in UTF-8: what stands between them, and which text goes into each."""

    __slots__ = ("holes", "template")

    def __init__(self, pieces: Sequence[str], holes: Sequence[int]) -> None:
        self.template = b"%b".join(piece.replace("%", "%%").encode() for piece in pieces)
        self.holes = tuple(holes)

    def filled(self, texts: list[bytes]) -> bytes:
        return self.template % tuple([texts[hole] for hole in self.holes])


class Hole(NamedTuple):
    """A column that is one of the cells."""

    cell: int


class Written(NamedTuple):
    """A column of text; `head` stands before it."""

    text: Text
    head: bytes


class Sealed(NamedTuple):
    """An encrypted column: what is in it, whose key seals it, and to what it is bound beside the row's key."""

    text: Text
    purpose: str
    place: bytes


class Row(NamedTuple):
    """A row for COPY: bytes that never change, and between them what is filled in."""

    model: type[models.Model]
    key: int
    """The hole of its key, or -1."""
    parts: tuple[bytes | Hole | Written | Sealed, ...]


@dataclass(frozen=True)
class IssuedLicence:
    """A licence that a pattern issues: what all of its kind share, and the holes of what is its own."""

    type_code: str
    issuer_code: str
    number_head: str
    key_id: str
    face: Text
    record: Text
    """What is signed; `face` is what of it stands there as a digest."""
    holes: dict[str, int]
    """Attribute -> the hole of its value."""


@dataclass
class Pattern:
    """One application's rows with holes."""

    scenario: Scenario
    item: str
    instant: bool
    workdays: int
    """After how many working days nothing more happens."""
    holes: list[tuple[str, Any]] = field(default_factory=list)
    """(kind, detail) of each value: id, number of a department, of the person, held licence, time, of a licence."""
    rows: list[Row] = field(default_factory=list)
    licences: list[IssuedLicence] = field(default_factory=list)
