"""Which characters the fonts of documents can draw, and what is drawn instead of the others.

PDF/A refuses a character without a glyph, and a granted case must always get its document. So a character that no font
has becomes a box with its code point (GB/T 13000, the same as Unicode), and the foot of the page explains the box.
"""

import struct
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tongban.foundation.characters import visible

Part = str | dict[str, str]
"""A stretch of text that the fonts can draw, or `{"code": "20BB7"}` for a character that they cannot."""
SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


def parts(text: str, known: frozenset[int]) -> list[Part]:
    """Return the text as stretches that can be drawn and boxes for the characters that cannot.

    What is invisible is left out, such as a mark of direction or a selector of variants. Only joiners stay where a font
    has them: Arabic letters take another form beside one.
    """
    found: list[Part] = []
    text = visible(text)
    for character in unicodedata.normalize("NFC", text) if _has_marks(text) else text:
        if _is_selector(character):
            continue
        if ord(character) in known or character == "\n":
            if found and isinstance(found[-1], str):
                found[-1] += character
            else:
                found.append(character)
        elif character.isspace():
            found.append(" ")
        elif unicodedata.category(character) not in {"Cf", "Cc"}:
            found.append({"code": f"{ord(character):04X}"})
    return found


def _has_marks(text: str) -> bool:
    """Return whether the text has combining marks and no Chinese character that composing would replace."""
    return any(unicodedata.combining(c) for c in text) and not any("\uf900" <= c <= "\ufaff" for c in text)


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


@cache
def known_to(folder: Path) -> frozenset[int]:
    """Return the code points for which at least one font of a folder has a glyph. Read once in each process."""
    known: set[int] = set()
    for path in sorted(folder.glob("**/*")):
        if path.suffix.lower() in SUFFIXES:
            known.update(_code_points(path.read_bytes()))
    return frozenset(known)


def _code_points(font: bytes) -> Iterable[int]:
    """Return the code points in the character maps of a font file or collection (ISO/IEC 14496-22)."""
    starts = struct.unpack_from(f">{struct.unpack_from('>L', font, 8)[0]}L", font, 12) if font[:4] == b"ttcf" else (0,)
    for start in starts:
        for number in range(struct.unpack_from(">H", font, start + 4)[0]):
            tag, _, at, _ = struct.unpack_from(">4sLLL", font, start + 12 + 16 * number)
            if tag == b"cmap":
                yield from _of_maps(font, at)


def _of_maps(font: bytes, at: int) -> Iterable[int]:
    for number in range(struct.unpack_from(">H", font, at + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHL", font, at + 4 + 8 * number)
        kind = struct.unpack_from(">H", font, at + offset)[0]
        if platform in {0, 3} and kind == 4:
            yield from _segments(font, at + offset)
        if platform in {0, 3} and kind == 12:
            for group in range(struct.unpack_from(">L", font, at + offset + 12)[0]):
                first, last, glyph = struct.unpack_from(">LLL", font, at + offset + 16 + 12 * group)
                yield from range(first + (glyph == 0), last + 1)


def _segments(font: bytes, at: int) -> Iterable[int]:
    """Return the code points of a map of format 4: segments with a delta, or with offsets into a list of glyphs."""
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    places = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", font, places)
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if offset:
                glyph = struct.unpack_from(">H", font, places + 2 * number + offset + 2 * (code - first))[0]
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                yield code
