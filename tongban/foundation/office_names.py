"""Names of offices, posts and divisions: one spelling, and a key by which names that look alike are the same. Pure."""

import re
import unicodedata

from tongban.foundation.characters import is_letter, is_unknown, plain, seen, stray_mark, today_encoded
from tongban.foundation.texts import is_storable

_WIDE = {0xFEE0 + ord(c): c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
_BESIDE_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")


def office_name(text: str) -> str:
    """Return the name of an office as it is stored: nothing invisible, no blanks beside Chinese characters.

    Full-width letters and digits become ASCII. Chinese punctuation stays, as in “市发展和改革委员会（信用中国）”.
    """
    return _BESIDE_HAN.sub("", today_encoded(seen(text)).translate(_WIDE))


def key_of(name: str) -> str:
    """Return what two names have in common that people cannot tell apart: width, capitals and blanks do not count."""
    return unicodedata.normalize("NFKC", plain(office_name(name))).casefold().replace(" ", "")


def problem_with_office_name(name: str) -> str:
    """Return what is wrong with the name of an office in stored form, as the end of a sentence, or "".

    Letters and marks of any script, digits and punctuation are accepted, since some offices are called “12345热线”.
    """
    if not is_storable(name):
        return "里有无法保存的字符，请重新输入"
    if any(map(is_unknown, name)):
        return "里有别的设备认不出的字，请用能输入生僻字的输入法重新输入"
    if bad := next((c for c in name if not _is_part(c)), "") or stray_mark(name):
        return f"里不能有“{bad}”，请只用文字、数字和标点"
    return "" if any(map(is_letter, name)) else "里没有文字，请照批复填写全称"


def _is_part(character: str) -> bool:
    category = unicodedata.category(character)
    return character == " " or is_letter(character) or category[0] == "P" or category in {"Mn", "Mc", "Nd"}
