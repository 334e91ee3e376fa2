"""Names of persons: one spelling, and the surname as recorded. A computed surname is only a proposal. Pure."""

import re
import unicodedata

from tongban.foundation.characters import (
    is_han,
    is_letter,
    is_unknown,
    plain,
    stray_mark,
    today_encoded,
)
from tongban.foundation.texts import is_storable

DOT = "\u00b7"
"""The dot between the parts of a name (GB 18030-2022 A1A4, 间隔号): how it is stored."""
MAX_LENGTH = 50
"""Characters of a given name, with its dots."""
DOTS = "\u00b7\u2022\u30fb\uff65\u2027\u2219\u22c5\u25cf\u25e6\u2024\ufe52"
"""What people type for the dot, since it looks alike."""
_DOTS = re.compile(f" *[{DOTS}] *")
_POINTS = re.compile(r"(?: ?[.\u3002\uff61])+ ?")
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u00b7]"
_BESIDE_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")
_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙"
    "钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里"
    "呼延东郭南门羊舌微生公户公玉公仪梁丘公仲公山左丘公伯西门公祖第五公乘贯丘公皙南荣东里东宫仲长子书子桑"
    "即墨淳于达奚褚师纳兰归海叶赫完颜耶律哥舒贺兰尔朱屈突仆固斛律宿勤万纽"
)
_SIGNS = frozenset(f"{DOT} '(),-.\u2018\u2019\u2010\u2011\u2013")
"""The signs of names in Chinese and Latin letters: the dot, blanks, apostrophes, brackets, commas, hyphens, points."""
_SIGNS_OF_SCRIPTS = frozenset("\u055a\u05be\u05f3\u05f4\u0f0b\u0f0c\u1361\u1806\u180a")
"""Armenian apostrophe, Hebrew hyphen and geresh, Tibetan tsheg, Ethiopic space, Mongolian hyphen and nirugu."""
_OUTER_DOT = "的间隔号要写在名字中间，请删去最前或最后的间隔号"
_POINTED = f"{DOT}."
COMPOUND_SURNAMES = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
"""Surnames of two characters. They only propose a surname, which the person confirms or corrects."""


def person_name(text: str) -> str:
    """Return a person's name as it is stored: one dot (U+00B7), no blanks beside Chinese characters, nothing invisible.

    A full stop counts as the dot unless Latin letters stand on both sides. Compatibility characters stay as they
    are: they are characters of their own in GB 18030.
    """
    name = _composed(today_encoded(plain(text)))
    name = _DOTS.sub(DOT, name)
    name = _POINTS.sub(_point, name)
    return _BESIDE_HAN.sub("", re.sub(f"{DOT}+", DOT, name)).strip()


def _point(found: "re.Match[str]") -> str:
    name = found.string
    beside = name[max(found.start() - 1, 0) : found.start()] + name[found.end() : found.end() + 1]
    return found[0] if beside.isascii() else DOT


def _composed(text: str) -> str:
    """Return the text in form C, except for Chinese characters, which it would replace."""
    return "".join(
        part if part and is_han(part[0]) else unicodedata.normalize("NFC", part)
        for part in re.split("([\uf900-\ufaff])", text)
    )


def same_name(one: str, other: str) -> bool:
    """Return whether two spellings are the same name: dots, blanks and capitals do not count."""
    return bool(_key(one)) and _key(one) == _key(other)


def _key(name: str) -> str:
    return re.sub(f"[{DOT} ]", "", person_name(name)).casefold()


def proposed_surname(name: str) -> str:
    """Return the surname that a full name seems to have, as a proposal to confirm, or "" where none can be cut off.

    Names with a dot, of other scripts, and of four and more characters without a known compound surname have none.
    """
    if not 2 <= len(name) <= 4 or not all(map(is_han, name)):
        return ""
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2]
    return name[0] if len(name) < 4 else ""


def problem_with_characters(name: str) -> str:
    """Return why other devices cannot read a name of any kind, as the end of a sentence, or ""."""
    if not is_storable(name):
        return "里有无法保存的字符，请重新输入"
    return "里有别的设备认不出的字，请用能输入生僻字的输入法重新输入" if any(map(is_unknown, name)) else ""


def problem_with_name(name: str) -> str:
    """Return what is wrong with the name of any person in stored form, as the end of a sentence, or "".

    Names of foreigners and of other scripts are names too: letters and marks of any script, and the signs of names.
    """
    if problem := problem_with_characters(name):
        return problem
    if bad := next((c for c in name if not _is_part_of_a_name(c)), "") or stray_mark(name):
        return f"里不能有“{bad}”，请照证件填写；少数民族名字的间隔号可以写“·”"
    if not any(map(is_letter, name)):
        return "请照证件填写"
    if name[0] in _POINTED or name[-1] == DOT:
        return _OUTER_DOT
    return ""


def _is_part_of_a_name(character: str) -> bool:
    if is_letter(character) or character in _SIGNS or character in _SIGNS_OF_SCRIPTS:
        return True
    return unicodedata.category(character) in {"Mn", "Mc"}


def problem_with_given_name(name: str) -> str:
    """Return what is wrong with a Chinese given or whole name in stored form, as the end of a sentence, or ""."""
    bad = next((c for c in name if not is_han(c) and c != DOT), "")
    if bad:
        return f"只能用汉字，请把“{bad}”改成汉字；少数民族名字的间隔号可以写“·”"
    if name.startswith(DOT) or name.endswith(DOT):
        return _OUTER_DOT
    if len(name) > MAX_LENGTH:
        return f"最多 {MAX_LENGTH} 个字，请删去 {len(name) - MAX_LENGTH} 个字"
    return ""
