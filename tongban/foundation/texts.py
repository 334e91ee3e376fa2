"""Which text can be stored: text without NUL characters and lone surrogates. Pure.

JSON can contain `"\\ud800"`, and some encodings can carry it, but UTF-8, PostgreSQL and digests cannot represent it.
Such text is refused where it is received, and again before it is stored permanently.
"""

import codecs
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tongban.foundation.characters import visible

_BROKEN = re.compile("[\x00\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\r\u2028\u2029]")
MAX_DEPTH = 60
"""The maximum nesting of a JSON document; ours have five levels."""
Json: TypeAlias = "str | int | float | bool | None | Sequence[Json] | Mapping[str, Json]"
"""A JSON value that is only read, so that a `dict[str, str]` is one too."""


def is_storable(text: str) -> bool:
    """Return whether the text can be encoded and stored."""
    return _BROKEN.search(text) is None


def is_line(text: str) -> bool:
    """Return whether the text is one line that can be stored, without invisible controls.

    Joiners count as visible, and so do characters that this version of Python does not know: `str.isprintable` would
    refuse Uyghur words, emoji and what GB 18030 and Unicode have gained since.
    """
    return is_storable(text) and visible(text) == text.strip() and not _BREAKS.search(text)


def is_utf8(encoding: str | None) -> bool:
    """Return whether a declared encoding is UTF-8. No declaration counts as UTF-8."""
    try:
        return not encoding or codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False


def read_json(content: bytes | str) -> Any:
    """Parse an external JSON document.

    Raises ValueError if the document is malformed, nested too deep, or contains text that cannot be stored. NaN and
    Infinity are refused, as PostgreSQL refuses them, and so are numbers that overflow to infinity (1e999).
    """
    try:
        found = json.loads(content, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    _check(found, MAX_DEPTH)
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check(value: object, depth: int) -> None:
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
