"""Turn what a person types into the terms to search for. Pure."""

import re
import unicodedata
from functools import cache
from pathlib import Path

SAYINGS = Path(__file__).parent / "sayings.tsv"
"""Everyday and dialect words, and what the catalogue calls them. They apply to every search, not to single items."""

_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]?[\dXx]){5,}")
_FILLERS = re.compile(
    "我想要|我想|我要|怎么样|怎么|如何|哪里|在哪|什么|一下|请问|需要|可以|办理|申请|[给帮把的了吗呢啊吧？?，,。！!]"
)


@cache
def sayings() -> dict[str, str]:
    """Return everyday word -> the catalogue's word, the longest first."""
    rows = [line.split("\t") for line in SAYINGS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {said: means for said, means, _ in sorted(rows, key=lambda row: -len(row[0]))}


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sayings())))


def readings_of(text: str) -> tuple[str, ...]:
    """Return the readings of a text: as it was typed, and with everyday words replaced by the catalogue's."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    means = _said().sub(lambda found: sayings()[found[0]], plain)
    return tuple(dict.fromkeys(filter(None, (plain_of(plain), plain_of(means)))))


def plain_of(text: str) -> str:
    """Normalise a text: NFKC, lower case, without filler words, at most 60 characters."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    return " ".join(_FILLERS.sub(" ", plain).split()) or " ".join(plain.split())


def without_numbers(text: str) -> str:
    """Replace every long number by `#` characters, also if it is typed in groups, since it may identify a person."""
    plain = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.sub(lambda found: "#" * len(found[0]), plain)
