"""Patterns: rows in which the variable parts are holes, and descriptions of the values that fill them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from django.db import models


@dataclass(frozen=True)
class Scenario:
    """The course of an application: its share, the working days of its steps, and its ending."""

    name: str
    share: float
    days: tuple[int, ...] = ()
    """Working days from the application to each person's step. With fewer days than steps, the case stays open."""
    ending: str = "grant"
    rated: int = 0


@dataclass(frozen=True)
class Moment:
    """A time relative to the application: working days after it, and microseconds since midnight of that day.

    With 0 working days, the microseconds count from the application itself.
    """

    workdays: int
    microseconds: int


@dataclass(frozen=True)
class Days:
    """A date as a number of working days after the application."""

    workdays: int


Detail: TypeAlias = str | Moment | Days
"""What fills a hole, together with the hole's kind."""


class Text:
    """A UTF-8 text with holes: a template, and the index of the value for each hole."""

    __slots__ = ("holes", "template")

    def __init__(self, pieces: Sequence[str], holes: Sequence[int]) -> None:
        self.template = b"%b".join(piece.replace("%", "%%").encode() for piece in pieces)
        self.holes = tuple(holes)

    def filled(self, texts: list[bytes]) -> bytes:
        """Return the text with its holes filled."""
        return self.template % tuple([texts[hole] for hole in self.holes])


class Hole(NamedTuple):
    """A column whose value is the cell of this index."""

    cell: int


class Written(NamedTuple):
    """A text column; `head` precedes the text."""

    text: Text
    head: bytes


class Sealed(NamedTuple):
    """An encrypted column: its text, the purpose of its key, and the place to which it is bound with the row's key."""

    text: Text
    purpose: str
    place: bytes


class Row(NamedTuple):
    """A row for COPY: constant bytes and the parts to fill in between them."""

    model: type[models.Model]
    key: int
    """The index of the hole for the row's primary key, or -1."""
    parts: "tuple[Part, ...]"


Part: TypeAlias = bytes | Hole | Written | Sealed
"""A part of a row: constant bytes, or something to fill in."""


@dataclass(frozen=True)
class IssuedLicence:
    """A licence that a pattern issues: what all such licences share, and the holes of each one's own values."""

    type_code: str
    issuer_code: str
    number_head: str
    key_id: str
    face: Text
    record: Text
    """The record that is signed. It contains the digest of `face`."""
    holes: dict[str, int]
    """Attribute -> index of the hole for its value."""


@dataclass
class Pattern:
    """The rows of one application, with holes."""

    scenario: Scenario
    item: str
    instant: bool
    workdays: int
    """The number of working days after which nothing more happens."""
    holes: list[tuple[str, Detail]] = field(default_factory=list)
    """(kind, detail) of each hole: a new id, a case number of a department, a value of the person, a time and so on."""
    rows: list[Row] = field(default_factory=list)
    licences: list[IssuedLicence] = field(default_factory=list)
