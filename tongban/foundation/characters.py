"""Which characters exist, which are invisible, and which digits mean the same. Pure.

GB 18030-2022 decides which Chinese characters exist, never a font or Python: its codec encodes every code point of
Unicode in four bytes, and Python's names of characters change with its version. Of other scripts, those characters
exist that Python's version of Unicode knows.
"""

import re
import unicodedata

HAN = (
    (0x3007, 0x3007),  # 〇
    (0x3400, 0x4DB5),  # extension A: 6 582
    (0x4E00, 0x9FEF),  # unified ideographs: 20 902 and 74
    (0x20000, 0x2A6D6),  # extension B: 42 711
    (0x2A700, 0x2B734),  # extension C: 4 149
    (0x2B740, 0x2B81D),  # extension D: 222
    (0x2B820, 0x2CEA1),  # extension E: 5 762
    (0x2CEB0, 0x2EBE0),  # extension F: 7 473
)
"""The ranges of Chinese characters in GB 18030-2022, implementation level 3, first and last code point of each."""
HAN_AMONG_COMPATIBILITY = frozenset(
    "\uf92c\uf979\uf995\uf9e7\uf9f1\ufa0c\ufa0d\ufa0e\ufa0f\ufa11\ufa13"
    "\ufa14\ufa18\ufa1f\ufa20\ufa21\ufa23\ufa24\ufa27\ufa28\ufa29"
)
"""The 21 characters that GB 18030 has from the block of compatibility ideographs (U+F900 to U+FAFF)."""
_NEWER_HAN = (
    (0x2B739, 0x2B73F),  # at the end of extension C: Unicode 15 and 17
    (0x2EBF0, 0x2EE5D),  # extension I: Unicode 15.1
    (0x31350, 0x323AF),  # extension H: Unicode 15
    (0x323B0, 0x33479),  # extension J: Unicode 17
)
_LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"}
_FORMERLY_PRIVATE = str.maketrans(
    {
        0xE816: 0x20087,
        0xE817: 0x20089,
        0xE818: 0x200CC,
        0xE81E: 0x9FB4,
        0xE826: 0x9FB5,
        0xE82B: 0x9FB6,
        0xE82C: 0x9FB7,
        0xE831: 0x215D7,
        0xE832: 0x9FB8,
        0xE83B: 0x2298F,
        0xE843: 0x9FB9,
        0xE854: 0x9FBA,
        0xE855: 0x241FE,
        0xE864: 0x9FBB,
    }
)
"""Characters that GB 18030-2000 and -2005 mapped to the private use area. Old input methods still type them."""
_CONTROLS = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = "\u00ad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
_INVISIBLE = re.compile(f"[{_CONTROLS}{_BIDI}{_ZERO_WIDTH}]")
"""What nobody sees and nobody types on purpose. Joiners (U+200C, U+200D) stay: Uyghur words and emoji need them."""
_UNSEEN_IN_IDENTIFIERS = re.compile(
    "[\n\r\t\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_BLANK_RUN = re.compile(r"\s+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def is_han(character: str) -> bool:
    """Return whether GB 18030-2022 has the character as a Chinese one."""
    code = ord(character)
    return any(first <= code <= last for first, last in HAN) or character in HAN_AMONG_COMPATIBILITY


def visible(text: str) -> str:
    """Return free text as it is kept: trimmed, without invisible controls, and otherwise as it was typed.

    NUL and lone surrogates stay, so that the text is refused instead of silently shortened (`texts.is_storable`).
    """
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def seen(text: str) -> str:
    """Return an identifier without anything invisible, and with single spaces for blanks. Full-width forms stay."""
    shown = _UNSEEN_IN_IDENTIFIERS.sub(lambda found: " " if found[0] in "\n\r\t" else "", _INVISIBLE.sub("", text))
    return _BLANK_RUN.sub(" ", shown).strip()


def plain(text: str) -> str:
    """Return an identifier without anything invisible, full-width forms as ASCII, and blanks as single spaces."""
    return seen(text).translate(_FULL_WIDTH).strip()


def is_letter(character: str) -> bool:
    """Return whether words are written with the character: a letter of any script, or a number that is one, as Ⅷ is.

    Private use and unassigned code points are none, except for Chinese characters newer than this version of Python.
    """
    return unicodedata.category(character) in _LETTERS or is_han(character) or _is_newer_han(character)


def is_chinese(character: str) -> bool:
    """Return whether it is a Chinese character of GB 18030-2022, or one that Unicode has added since."""
    named = unicodedata.name(character, "")
    return is_han(character) or named.startswith("CJK UNIFIED IDEOGRAPH-") or _is_newer_han(character)


def _is_newer_han(character: str) -> bool:
    """Return whether it is a Chinese character that Python 3.11 does not know yet."""
    return any(first <= ord(character) <= last for first, last in _NEWER_HAN)


def is_unknown(character: str) -> bool:
    """Return whether other devices do not know the character: private use, or not assigned."""
    return unicodedata.category(character) in {"Co", "Cn"} and not is_letter(character)


def stray_mark(text: str) -> str:
    """Return the first combining mark that belongs to no letter, or to a Chinese character, or "".

    Scripts with marks put them after a letter. Behind a Chinese character they are hardly seen.
    """
    before = ""
    for character in text:
        if unicodedata.category(character)[0] == "M":
            if not before or is_han(before):
                return character
        else:
            before = character if is_letter(character) else ""
    return ""


def ascii_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as ASCII digits. Other characters stay."""
    return text if text.isascii() else "".join(_digit(character) for character in text)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None) if not character.isascii() else None
    return character if value is None else str(value)


def upper(text: str) -> str:
    """Return the text with ASCII letters as capitals. `str.upper` would turn ı into I and ß into SS."""
    return "".join(character.upper() if character.isascii() else character for character in text)


def lower(text: str) -> str:
    """Return the text with ASCII letters in lower case."""
    return "".join(character.lower() if character.isascii() else character for character in text)


def today_encoded(text: str) -> str:
    """Return the text with Chinese characters from older standards' private use area at today's code points.

    Radicals of the Kangxi block become the characters that they look like.
    """
    moved = text.translate(_FORMERLY_PRIVATE)
    return "".join(unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fd5" else c for c in moved)
