"""Names of offices, posts and divisions: one spelling, and a key by which names that look alike are the same. Pure."""

import re
import unicodedata

from tongban.foundation.characters import is_letter, seen, stray_mark, today_encoded
from tongban.foundation.names import DOT, DOTS, problem_with_characters

_WIDE = {0xFEE0 + ord(c): c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
_ALIKE = str.maketrans(
    dict.fromkeys(DOTS, DOT)
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
)
"""Dots, dashes and quotation marks, of which each kind looks alike."""
_BESIDE_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")


def office_name(text: str) -> str:
    """Return the name of an office as it is stored: nothing invisible, no blanks beside Chinese characters.

    Full-width letters and digits become ASCII. Chinese punctuation stays, as in “市发展和改革委员会（信用中国）”.
    """
    return _BESIDE_HAN.sub("", today_encoded(seen(text)).translate(_WIDE))


def key_of(name: str) -> str:
    """Return what two names have in common that are easily taken for each other.

    Width, capitals, blanks and the kind of a dot, dash or quotation mark do not count. Letters of different alphabets
    are not compared: a Latin and a Cyrillic A stay two letters.
    """
    return unicodedata.normalize("NFKC", office_name(name).translate(_ALIKE)).casefold().replace(" ", "")


def problem_with_office_name(name: str) -> str:
    """Return what is wrong with the name of an office in stored form, as the end of a sentence, or "".

    Letters and marks of any script, digits and punctuation are accepted, since some offices are called “12345热线”. At
    the end, only a bracket or a quotation mark that closes is.
    """
    if problem := problem_with_characters(name):
        return problem
    if bad := next((c for c in name if not _is_part(c)), "") or stray_mark(name):
        return f"里不能有“{bad}”，请只用文字、数字和标点"
    if not any(map(is_letter, name)):
        return "里没有文字，请填写名称"
    return "" if _may_end(name[-1]) else f"末尾不能是“{name[-1]}”，请删去"


def _is_part(character: str) -> bool:
    category = unicodedata.category(character)
    return character == " " or is_letter(character) or category[0] == "P" or category in {"Mn", "Mc", "Nd"}


def _may_end(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] != "P" or category in {"Pe", "Pf"} or character in "\"'"
