"""Names of offices, posts and divisions: one spelling, and a key by which names that look alike are the same. Pure."""

import re
import unicodedata

from tongban.foundation.characters import is_chinese, is_letter, seen, today_encoded
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
_RARE_HAN = str.maketrans("\u5dff\u56d7", "市口")
"""Rare characters that no name of an office has, and the common ones that they look like."""
_SIGNS = frozenset(map(chr, _ALIKE)) | frozenset(
    " -'\"()（）[]【】<>《》〈〉「」『』,，、.。:：;；!！?？…~～&＆+＋/／#＃%％@＠"
)
_BESIDE_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")


def office_name(text: str) -> str:
    """Return the name of an office as it is stored: nothing invisible, no blanks beside Chinese characters.

    Full-width letters and digits become ASCII. Chinese punctuation stays, as in “市发展和改革委员会（信用中国）”.
    """
    return _BESIDE_HAN.sub("", today_encoded(seen(text)).translate(_WIDE))


def key_of(name: str) -> str:
    """Return what two names have in common that are easily taken for each other.

    Width, capitals, blanks and the kind of a dot, dash or quotation mark do not count, nor whether 市 is the rare 巿.
    Letters of different alphabets are not compared: older names may have a Cyrillic A, which new ones cannot.
    """
    alike = office_name(name).translate(_ALIKE).translate(_RARE_HAN)
    return unicodedata.normalize("NFKC", alike).casefold().replace(" ", "")


def problem_with_office_name(name: str) -> str:
    """Return what is wrong with the name of an office in stored form, as the end of a sentence, or "".

    Chinese characters, Latin letters, digits and the usual signs are accepted, as in “12345热线” and “互联网+监管”. An
    office is registered under a Chinese name, and letters of other scripts pass for Chinese ones: ニ for 二, ー for 一.
    At the end, only a bracket or a quotation mark that closes is accepted.
    """
    if problem := problem_with_characters(name):
        return problem
    if bad := next((c for c in name if not _is_part(c)), ""):
        if is_letter(bad) or unicodedata.category(bad)[0] in "MN":
            return f"里不能有“{bad}”，请用汉字、英文字母 A–Z 和数字 0–9 填写登记的中文名称"
        return f"里不能有“{bad}”，请只用文字、数字和标点"
    if not any(map(is_letter, name)):
        return "里没有文字，请填写名称"
    return "" if _may_end(name[-1]) else f"末尾不能是“{name[-1]}”，请删去"


def _is_part(character: str) -> bool:
    if character.isascii() and character.isalnum():
        return True
    return character in _SIGNS or (is_chinese(character) and ord(character) not in _RARE_HAN)


def _may_end(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] not in "PS" or category in {"Pe", "Pf"} or character in "\"'"
