"""Rules for JPEG (ITU-T T.81): all segments are parsed up to the end of the picture, which is then decoded."""

import struct
from dataclasses import dataclass, field

from tongban.trust.files.rules import exif
from tongban.trust.files.rules.common import (
    PICTURE,
    FileRefused,
    check_head_of_picture,
    check_holds_no_archive,
    is_colour_profile,
    smuggled,
)
from tongban.trust.files.rules.pictures import check_sides, decode
from tongban.trust.files.rules.trailers import check_trailers

BROKEN = "JPG 图片不完整或已损坏，请重新拍照后上传。"
_FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive frames, which cameras write and browsers show."""
_ALONE = {0x01, *range(0xD0, 0xD8)}
_MAX_SCANS = 100
"""A progressive picture has about ten scans; thousands are an attack on decoders."""
_APPLICATION, _COMMENT, _SCAN = range(0xE0, 0xF0), 0xFE, 0xDA
_TABLES = {0xC4, 0xDB, 0xDD}
"""Huffman tables, quantisation tables, and the interval of restarts."""
_KNOWN = {*_FRAMES, *_TABLES, _SCAN, *_APPLICATION, _COMMENT}
"""All segments that cameras and browsers have. Decoders skip what they do not know, so anything could be in it."""
_JFIF, _EXIF, _PROFILE, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_KEPT = {_JFIF: b"JFIF\x00", _EXIF: exif.BEGIN, _PROFILE: b"ICC_PROFILE\x00", _ADOBE: b"Adobe"}
"""The application segments that say how the picture is to be shown: resolution, orientation, colours. All others are
left out with the comments, since anything can be hidden in them: previews, notes, whole documents. Of Exif only the
orientation stays. Each but the profile, which may need several segments, is kept once."""
_LENGTHS = {_JFIF: 14, _ADOBE: 12}
"""The length of what is kept of a segment in bytes: of JFIF all but the preview, which may show what was cut off."""
_SMUGGLED = (b"%PDF-", b"PK\x03\x04", b"PK\x05\x06")
"""Signatures of formats whose readers find them in the middle of a file."""
_MAX_CUTS = 400
"""The most segments that are left out or shortened. A depth map in notes of 64 KB takes many."""


@dataclass(frozen=True)
class _Cut:
    """A segment that is not stored as it came: where it begins and ends, and what is stored in its place."""

    begin: int
    end: int
    instead: bytes


@dataclass
class _Picture:
    end: int = 0
    """Where the picture ends in the content."""
    size: tuple[int, int] = (0, 0)
    kept: set[int] = field(default_factory=set)
    """The markers of the application segments that are kept."""
    cuts: list[_Cut] = field(default_factory=list)
    """Comments and segments of applications that are left out or shortened, in their order."""

    def cut(self, begin: int, end: int, instead: bytes | None) -> None:
        """Note what is stored in place of a segment; None stands for the segment as it is. Raises FileRefused."""
        if instead is not None:
            self.cuts.append(_Cut(begin, end, instead))
        if len(self.cuts) > _MAX_CUTS:
            raise FileRefused(BROKEN)


def kept_of(content: bytes) -> bytes:
    """Return the first picture without what phones add. Raises FileRefused unless it is one complete JPEG.

    Phones append a gain map for bright screens, a preview, a film or notes of their own. People see and mean the first
    picture, so the others are left out, and with them whatever does not say how this one is shown. Both the content and
    what is left of it are searched for another format, since a cut brings later bytes to the front.
    """
    picture = _parsed(content, 0)
    check_head_of_picture(content)
    check_trailers(content[picture.end :], end_of_picture=lambda rest, at: _parsed(rest, at).end)
    kept = _without_cuts(content, picture)
    check_head_of_picture(kept)
    check_holds_no_archive(kept)
    decode(kept, "JPEG", picture.size, BROKEN)
    return kept


def _without_cuts(content: bytes, picture: _Picture) -> bytes:
    parts, position = [], 0
    for cut in picture.cuts:
        parts += [content[position : cut.begin], cut.instead]
        position = cut.end
    return b"".join([*parts, content[position : picture.end]])


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
        if length < 2 or position + length > len(content) or marker not in _KNOWN:
            raise FileRefused(BROKEN)
        if marker in _FRAMES:
            if picture.size != (0, 0) or length < 8:
                raise FileRefused(BROKEN)
            height, width = struct.unpack(">HH", content[position + 3 : position + 7])
            check_sides(width, height)
            picture.size = (width, height)
        if marker == _COMMENT or marker in _APPLICATION:
            body = content[position + 2 : position + length]
            stored = b"" if _is_superfluous(marker, body, picture) else _stored(marker, body)
            if stored != b"":
                picture.kept.add(marker)
            picture.cut(before, position + length, stored)
        position += length
        if marker == _SCAN:
            scans += 1
            if scans > _MAX_SCANS or picture.size == (0, 0):
                raise FileRefused(BROKEN)
            position = _end_of_scan(content, position)
    if picture.size == (0, 0) or not scans:
        raise FileRefused(BROKEN)
    picture.end = position
    return picture


def _is_superfluous(marker: int, body: bytes, picture: _Picture) -> bool:
    """Return whether the picture has such a segment, or, of a profile, whether its first segment is none."""
    if marker != _PROFILE:
        return marker in picture.kept
    parts = body[len(_KEPT[_PROFILE]) :]  # number of the segment, number of segments, data
    return not (is_colour_profile(parts[2:]) if parts[:1] == b"\x01" else marker in picture.kept)


def _stored(marker: int, body: bytes) -> bytes | None:
    """Return what is stored in place of a segment; None means the segment itself. Raises FileRefused."""
    if marker not in _KEPT or not body.startswith(_KEPT[marker]):
        return b""
    if any(mark in body for mark in _SMUGGLED):
        raise smuggled(PICTURE)
    if marker == _EXIF:
        kept = exif.orientation_only(body)
    elif marker in _LENGTHS and len(body) < _LENGTHS[marker]:
        kept = b""
    elif marker == _JFIF:
        kept = body[:12] + bytes(2)  # the width and height of the preview, which is left out
    elif marker in _LENGTHS:
        kept = body[: _LENGTHS[marker]]
    else:
        return None
    if kept == body:
        return None
    return struct.pack(">BBH", 0xFF, marker, len(kept) + 2) + kept if kept else b""


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
