"""Rules for JPEG (ITU-T T.81): all segments are parsed up to the end of the picture, which is then decoded."""

import struct
from dataclasses import dataclass, field

from tongban.trust.files.rules.common import PICTURE, FileRefused, check_head_of_picture, smuggled
from tongban.trust.files.rules.pictures import check_sides, decode
from tongban.trust.files.rules.trailers import check_trailers

BROKEN = "JPG 图片不完整或已损坏，请重新拍照后上传。"
_FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive frames, which cameras write and browsers show."""
_OTHER_FRAMES = {0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
_ALONE = {0x01, *range(0xD0, 0xD8)}
_MAX_SCANS = 100
"""A progressive picture has about ten scans; thousands are an attack on decoders."""
_APPLICATION, _COMMENT = range(0xE0, 0xF0), 0xFE
_KEPT = {0xE0: b"JFIF\x00", 0xE1: b"Exif\x00\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
"""The application segments that say how the picture is to be shown: resolution, orientation, colours. All others are
left out with the comments, since anything can be hidden in them: previews, notes, whole documents."""
_SMUGGLED = (b"%PDF-", b"PK\x03\x04", b"PK\x05\x06")
"""Signatures of formats whose readers find them in the middle of a file."""
_MAX_LEFT_OUT = 400
"""The most segments that are left out of a picture. A depth map in notes of 64 KB takes many."""


@dataclass
class _Picture:
    end: int = 0
    """Where the picture ends in the content."""
    size: tuple[int, int] = (0, 0)
    left_out: list[tuple[int, int]] = field(default_factory=list)
    """Where the comments and the segments of applications are that are left out."""


def kept_of(content: bytes) -> bytes:
    """Return the first picture without what phones add. Raises FileRefused unless it is one complete JPEG.

    Phones append a gain map for bright screens, a preview, a film or notes of their own. People see and mean the first
    picture, so the others are left out, and with them whatever does not say how this one is shown.
    """
    picture = _parsed(content, 0)
    check_head_of_picture(content)
    check_trailers(content[picture.end :], end_of_picture=lambda rest, at: _parsed(rest, at).end)
    begins = [0, *(end for _, end in picture.left_out)]
    ends = [*(begin for begin, _ in picture.left_out), picture.end]
    kept = b"".join(content[begin:end] for begin, end in zip(begins, ends, strict=True))
    decode(kept, "JPEG", picture.size, BROKEN)
    return kept


def _parsed(content: bytes, start: int) -> _Picture:
    """Parse the picture that begins at `start`. Raises FileRefused unless it is complete."""
    picture, position, scans = _Picture(), start + 2, 0
    while True:
        before = position
        marker, position = _next_marker(content, position)
        if marker == 0xD9:
            break
        if marker in _ALONE:
            continue
        length = int.from_bytes(content[position : position + 2], "big")
        if length < 2 or position + length > len(content) or marker == 0xD8 or marker in _OTHER_FRAMES:
            raise FileRefused(BROKEN)
        if marker in _FRAMES:
            if picture.size != (0, 0) or length < 8:
                raise FileRefused(BROKEN)
            height, width = struct.unpack(">HH", content[position + 3 : position + 7])
            check_sides(width, height)
            picture.size = (width, height)
        if marker == _COMMENT or marker in _APPLICATION:
            if not _says_how_to_show_it(marker, content[position + 2 : position + length]):
                picture.left_out.append((before, position + length))
            if len(picture.left_out) > _MAX_LEFT_OUT:
                raise FileRefused(BROKEN)
        position += length
        if marker == 0xDA:
            scans += 1
            if scans > _MAX_SCANS or picture.size == (0, 0):
                raise FileRefused(BROKEN)
            position = _end_of_scan(content, position)
    if picture.size == (0, 0) or not scans:
        raise FileRefused(BROKEN)
    picture.end = position
    return picture


def _says_how_to_show_it(marker: int, body: bytes) -> bool:
    """Return whether the segment is one of those that are kept. Raises FileRefused if such a one hides a file."""
    if marker not in _KEPT or not body.startswith(_KEPT[marker]):
        return False
    if any(mark in body for mark in _SMUGGLED):
        raise smuggled(PICTURE)
    return True


def _next_marker(content: bytes, position: int) -> tuple[int, int]:
    """Return the next marker and the position after it. Fill bytes 0xFF may precede a marker."""
    if position >= len(content) or content[position] != 0xFF:
        raise FileRefused(BROKEN)
    while position < len(content) and content[position] == 0xFF:
        position += 1
    if position >= len(content) or content[position] == 0:
        raise FileRefused(BROKEN)
    return content[position], position + 1


def _end_of_scan(content: bytes, position: int) -> int:
    """Return where the marker after a scan's data begins. Stuffed zeros and restart markers belong to the data."""
    while True:
        position = content.find(b"\xff", position)
        if position < 0 or position + 1 >= len(content):
            raise FileRefused(BROKEN)
        following = content[position + 1]
        if following == 0xFF:
            position += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            position += 2
        else:
            return position
