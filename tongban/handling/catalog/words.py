"""Turn what a person types into the terms to search for. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
SAYINGS = _FOLDER / "sayings.tsv"
"""Everyday and dialect words, and what the catalogue calls them. They apply to every search, not to single items."""
FOREIGN = _FOLDER / "foreign.tsv"
"""English words, and what the catalogue calls them."""
CHARACTERS = _FOLDER / "characters.txt"
"""Traditional characters and those that look alike, each before the one that the catalogue writes."""
LONGEST = 60
"""The characters of a text that are read."""

_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]?[\dXx]){5,}")
_ASKING = re.compile(
    "(?:大概|一共|总共)?(?:需?要|得)?(?:花|交|付|收)?(?:多少钱|多少费用)|[要收](?:不[要收])?(?:钱|费)吗|[收要]不[收要][钱费]"
    "|(?:需?要|得|大概)?(?:等|办)?(?:多久|几天|多少天|多长时间)(?:能?办?[好完下]?来?)?"
    "|(?:需?要|得)?(?:准备|带|交|提供)?(?:什么|哪些|啥)(?:材料|资料|证件|手续|东西|条件)"
    "|(?:应该|该|要|得)?(?:去|到|在|上|找)(?:哪里|哪儿|哪个(?:部门|地方|单位)|哪|什么地方)(?=办|$)?"
    "|哪里|哪儿|找谁|谁管|(?:怎么|怎样|如何)(?:办理|办|弄|搞|整|申请|操作)"
    "|(?:能不能|可不可以|可以不可以|能否|可否|是否|有没有)"
)
"""How people ask for a price, a time, a place, papers or the way. It says nothing about the service they mean."""
_FILLERS = re.compile(
    "我想要|我想|我要|怎么样|怎么|如何|哪里|在哪|什么|一下|请问|需要|可以|办理|申请|帮(?!助)|[给把的了吗呢啊吧？?，,。！!]"
)
_SMALL_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        "a an the my our your his her to of for in at on with how do does can could should i we you is are where what "
        "when which get getting apply applying application need want make obtain have please and or from by me it this "
        "that new much cost fee long online china chinese city",
    )
)
"""English words that say nothing about the service."""
_ENGLISH = re.compile(r"[a-z][a-z']*")
_MARKUP = re.compile(r"[<>{}\[\]\\|`^=;$%]|https?:|www\.|\.\./|--|/\*|\b(?:select|union|script|alert|onerror)\b")


def _read(table: Path) -> dict[str, str]:
    """Return the first two columns of a table, the longest words first."""
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: -len(row[0]))}


@cache
def sayings() -> Mapping[str, str]:
    """Return everyday word -> the catalogue's word, the longest first."""
    return _read(SAYINGS)


@cache
def foreign() -> Mapping[str, str]:
    """Return English words -> the catalogue's word, the longest first."""
    return _read(FOREIGN)


@cache
def characters() -> Mapping[int, str]:
    """Return code point -> the character that the catalogue writes, for `str.translate`."""
    lines = [line for line in CHARACTERS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {ord(pair[0]): pair[1] for line in lines for pair in line.split()}


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sayings())))


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, foreign()))})(?![a-z])")


def written(text: str) -> str:
    """Return a text in the characters of the catalogue: NFKC, simplified, lower case, at most LONGEST characters."""
    plain = unicodedata.normalize("NFKC", text).translate(characters())
    return "".join(one for one in plain if unicodedata.category(one) != "Cf").strip().lower()[:LONGEST]


def readings_of(text: str) -> tuple[str, ...]:
    """Return the readings of a text: as typed, and with everyday or English words replaced by the catalogue's."""
    plain = _translated(written(text))
    means = _said().sub(lambda found: sayings()[found[0]], plain)
    return tuple(dict.fromkeys(filter(None, (plain_of(plain), plain_of(means)))))


def plain_of(text: str) -> str:
    """Normalise a text as `written` does, without what only asks and without filler words."""
    plain = written(text)
    asked = " ".join(_FILLERS.sub(" ", _ASKING.sub(" ", plain)).split())
    return asked or " ".join(_FILLERS.sub(" ", plain).split()) or " ".join(plain.split())


def _translated(plain: str) -> str:
    """Replace English phrases. Words around them that say nothing are left out; a text without any stays as it is."""
    plain = plain.replace("’", "'")
    translated, times = _foreign().subn(lambda found: f" {foreign()[found[0]]} ", plain)
    if not times:
        return plain
    kept = _ENGLISH.sub(lambda found: " " if found[0] in _SMALL_WORDS else found[0], translated)
    return " ".join(kept.split())


def is_question(text: str) -> bool:
    """Return whether a text looks like what a person searches for, not like a probe, a number or a typing error."""
    plain = written(text)
    if _MARKUP.search(plain):
        return False
    han = sum("\u3400" <= one <= "\u9fff" for one in plain)
    latin = len(re.sub(r"[^a-z]", "", plain))
    letters = sum(one.isalpha() for one in plain)
    return (han >= 2 or (han == 1 and latin > 0) or latin >= 3) and letters * 2 >= len(plain.replace(" ", ""))


def without_numbers(text: str) -> str:
    """Replace every long number by `#` characters, also if it is typed in groups, since it may identify a person."""
    plain = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.sub(lambda found: "#" * len(found[0]), plain)
