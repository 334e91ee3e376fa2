"""What people search for and other bodies do: who does it, said honestly, instead of the nearest service. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tongban.handling.catalog.words import plain_of, readings_of

_VERBS = re.compile("查询|缴费|交费|处理|[交缴付充查看办买]")
"""What people do with a bill or a permit; it does not change who is responsible."""
TABLE = Path(__file__).parent / "elsewhere.tsv"


@dataclass(frozen=True)
class Elsewhere:
    """Something that the platform does not do."""

    said: tuple[str, ...]
    """The words by which people ask for it."""
    sentence: str
    """Who does it; `{hotline}` stands for the city's number."""
    related: str
    """A search for what the platform does about it; empty for nothing."""
    beside: tuple[str, ...] = ()
    """Wider words, whose results are on the platform. The sentence is shown with them."""


@cache
def everything() -> tuple[Elsewhere, ...]:
    """Return the whole table."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [(line + "\t").split("\t")[:4] for line in lines]
    return tuple(
        Elsewhere(tuple(said.split("、")), sentence, related, tuple(filter(None, beside.split("、"))))
        for said, sentence, related, beside in rows
    )


@cache
def _by_words() -> dict[str, Elsewhere]:
    return {plain_of(word): one for one in everything() for word in one.said}


@cache
def _by_wider_words() -> dict[str, Elsewhere]:
    return {plain_of(word): one for one in everything() for word in one.beside}


def done_elsewhere(text: str) -> Elsewhere | None:
    """Return what the text asks for if the platform does not do it, else None. Only the whole text counts."""
    asked = [reading.replace(" ", "") for reading in readings_of(text)]
    asked += [_VERBS.sub("", reading) for reading in asked]
    return next((_by_words()[reading] for reading in asked if reading in _by_words()), None)


def partly_elsewhere(text: str) -> Elsewhere | None:
    """Return what belongs to the text and is done elsewhere, if the platform does the rest; else None."""
    return _by_wider_words().get(plain_of(text).replace(" ", ""))
