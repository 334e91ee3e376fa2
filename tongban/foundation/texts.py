"""What text can be written down at all: no NUL, and no half of a character (a lone surrogate). Pure.

JSON can say `"\\ud800"`, and some encodings can carry it, but neither UTF-8 nor PostgreSQL nor a digest takes it. So it
is refused where text comes in, and once more where it would be kept for good.
"""

import codecs
import json
import math
import re
from typing import Any

_BROKEN = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 60
"""Levels of a JSON document; ours have five."""


def is_storable(text: str) -> bool:
    """Whether the text can be encoded and kept."""
    return _BROKEN.search(text) is None


def is_utf8(encoding: str | None) -> bool:
    """Whether a named encoding is the one that we speak; none named is ours."""
    try:
        return not encoding or codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False


def read_json(content: bytes | str) -> Any:
    """A JSON document from outside. ValueError: it is none, is nested too deep, or says what cannot be kept.

    Numbers that JSON does not have (NaN, Infinity) are refused as well: PostgreSQL would. So is one that is too large
    (1e999), which would be read as such.
    """
    try:
        found = json.loads(content, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    _check(found, DEEPEST)
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check(value: Any, depth: int) -> None:
    if not depth:
        raise ValueError("nested too deep")
    if isinstance(value, str) and not is_storable(value):
        raise ValueError("text that cannot be written down")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number that is too large")
    if isinstance(value, dict):
        for key, one in value.items():
            _check(key, depth)
            _check(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth - 1)
