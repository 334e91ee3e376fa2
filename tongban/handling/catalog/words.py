"""From what a person types to the terms to look for. Pure."""

import re
import unicodedata
from functools import cache
from pathlib import Path

SAYINGS = Path(__file__).parent / "sayings.tsv"
"""Everyday and dialect words: a matter of the question, so that no item has to list them."""

_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]?[\dXx]){5,}")
_FILLERS = re.compile(
    "我想要|我想|我要|怎么样|怎么|如何|哪里|在哪|什么|一下|请问|需要|可以|办理|申请|[给帮把的了吗呢啊吧？?，,。！!]"
)


@cache
def sayings() -> dict[str, str]:
    """What people say -> what the catalogue calls it, the longest first."""
    rows = [line.split("\t") for line in SAYINGS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {said: means for said, means, _ in sorted(rows, key=lambda row: -len(row[0]))}


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sayings())))


def readings_of(text: str) -> tuple[str, ...]:
    """What is asked for as it was typed, and in the catalogue's words where people say it in others."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    means = _said().sub(lambda found: sayings()[found[0]], plain)
    return tuple(dict.fromkeys(filter(None, (plain_of(plain), plain_of(means)))))


def plain_of(text: str) -> str:
    """What is asked for, in one form: half-width, lower case, without fillers, at most 60 characters."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    return " ".join(_FILLERS.sub(" ", plain).split()) or " ".join(plain.split())


def without_numbers(text: str) -> str:
    """The text with every long number made unreadable: it may be somebody's, also when it is written in groups."""
    plain = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.sub(lambda found: "#" * len(found[0]), plain)
