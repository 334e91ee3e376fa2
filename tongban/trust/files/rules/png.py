"""Rules for PNG (ISO/IEC 15948): valid checksums, one still picture, compressed parts of limited size."""

import re
import struct
import zlib
from collections.abc import Iterator

from tongban.trust.files.rules import exif
from tongban.trust.files.rules.common import (
    BLANKS,
    PICTURE,
    FileRefused,
    Inflater,
    UnpackedTooLarge,
    check_head_of_picture,
    check_holds_no_archive,
    check_rest,
    is_archive,
    is_colour_profile,
    smuggled,
)
from tongban.trust.files.rules.pictures import check_sides, decode

BROKEN = "PNG 图片不完整或已损坏，请重新拍照或截图后上传。"
_BOMB = "这张 PNG 图片解开后大得不正常，不能接收。请重新截图或拍照后上传。"
_SAMPLES = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
"""For each colour type: samples per pixel, and the allowed bit depths."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of Adam7: first column and row, steps across and down."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
"""The last chunk of every PNG."""
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
"""The chunks that decoders need. A decoder refuses any other whose name begins with a capital."""
_SHOWN = {
    b"cHRM": {32},
    b"gAMA": {4},
    b"sBIT": {1, 2, 3, 4},
    b"sRGB": {1},
    b"cICP": {4},
    b"mDCV": {24},
    b"cLLI": {8},
    b"bKGD": {1, 2, 6},
    b"pHYs": {9},
    b"tRNS": {*range(1, 257)},
}
"""The ancillary chunks that say how the picture is to be shown, with the lengths that they have in bytes. A colour
profile (iCCP) is one too. Texts and times are left out, and of Exif all but the orientation: they can hold where, when
and by whom a picture was made, or a whole document."""
_PROFILE = re.compile(rb"[\x20-\x7e\xa1-\xff]{1,79}\x00\x00", re.DOTALL)
"""How a colour profile begins: its name, and the number of the one method of compression."""
_MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Maximum unpacked size of all texts and colour profiles of a picture, in bytes."""


def kept_of(content: bytes) -> bytes:
    """Return the picture without what follows it and without notes. Raises FileRefused unless it is one still PNG.

    Programs that crop a screenshot in its own file leave the end of the larger picture behind the smaller one. Both the
    content and what is left of it are searched for another format, since a cut brings later bytes to the front.
    """
    picture, ended = _Picture(), 0
    try:
        for kind, body, end in _chunks(content):
            picture.add(kind, body)
            if kind == b"IEND":
                ended = end
                break
    except (UnpackedTooLarge, zlib.error) as problem:
        raise FileRefused(_BOMB if isinstance(problem, UnpackedTooLarge) else BROKEN) from None
    picture.check_complete()
    rest, kept = content[ended:], bytes(picture.kept)
    for looked_at in (content, kept):
        check_head_of_picture(looked_at)
    check_holds_no_archive(kept)
    if not rest.rstrip(BLANKS).endswith(_END) or is_archive(rest):
        check_rest(rest, PICTURE)
    decode(kept, "PNG", picture.header[:2], BROKEN)
    return kept


class _Picture:
    """The chunks so far, and what is kept of them."""

    def __init__(self) -> None:
        self.header: tuple[int, int, int, int, int, int, int] = (0, 0, 0, 0, 0, 0, 0)
        self.data, self.text = Inflater(0), _MAX_TEXT_BYTES
        self.seen: set[bytes] = set()
        self.kept = bytearray(_SIGNATURE)

    def add(self, kind: bytes, body: bytes) -> None:
        """Check the next chunk and keep what is shown of it. Raises FileRefused, UnpackedTooLarge and zlib.error."""
        if (kind == b"IHDR") == bool(self.seen) or (kind == b"IEND" and body):
            raise FileRefused(BROKEN)
        if kind == b"IHDR":
            self._begin(body)
        elif kind in {b"acTL", b"fcTL", b"fdAT"}:
            raise FileRefused("不接收会动的图片。请截屏或另存为普通的 PNG 图片后再上传。")
        elif kind == b"PLTE":
            self._check_palette(body)
        elif kind == b"IDAT":
            self._unpack(body)
        elif kind[:1].isupper() and kind != b"IEND":
            raise FileRefused(BROKEN)
        self.kept += self._kept_of(kind, body)
        self.seen.add(kind)

    def _begin(self, body: bytes) -> None:
        if len(body) != 13:
            raise FileRefused(BROKEN)
        self.header = struct.unpack(">IIBBBBB", body)
        self.data = Inflater(_size_of(*self.header))

    def _check_palette(self, body: bytes) -> None:
        """Raise FileRefused unless this is the one palette, of three bytes for each colour (ISO/IEC 15948, 11.2.3)."""
        depth, colour = self.header[2:4]
        most = 2**depth if colour == 3 else 256
        is_late = b"PLTE" in self.seen or b"IDAT" in self.seen
        if is_late or colour in {0, 4} or len(body) % 3 or not 1 <= len(body) // 3 <= most:
            raise FileRefused(BROKEN)

    def _unpack(self, body: bytes) -> None:
        if body and self.data.ended:
            raise smuggled(PICTURE)
        self.data.feed(body)
        if self.data.has_rest:
            raise smuggled(PICTURE)

    def _kept_of(self, kind: bytes, body: bytes) -> bytes:
        """Return the chunk as it is stored, or nothing. Of what may come once, the first is stored."""
        is_whole, unpacked = True, b""
        if packed := _packed_text(kind, body):
            inflater = Inflater(self.text)
            unpacked = b"".join(inflater.feed(packed))
            self.text, is_whole = inflater.left, inflater.ended and not inflater.has_rest
        if kind in _CRITICAL:
            return _chunk(kind, body)
        if kind in self.seen:
            return b""
        if kind == b"eXIf":
            body = exif.orientation_only(body)[len(exif.BEGIN) :]
            return _chunk(kind, body) if body else b""
        if kind == b"iCCP":
            is_shown = is_whole and _PROFILE.match(body) is not None and is_colour_profile(unpacked)
        else:
            is_shown = len(body) in _SHOWN.get(kind, ())
        return _chunk(kind, body) if is_shown else b""

    def check_complete(self) -> None:
        """Raise FileRefused for a picture without its end, or with fewer or more data than its size needs."""
        if b"IEND" not in self.seen or self.data.left or not self.data.ended:
            raise FileRefused(BROKEN)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield (type, body, position after it) of each chunk. Raises FileRefused for a damaged chunk."""
    position = 8
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        end = position + 12 + length
        if end > len(content):
            raise FileRefused(BROKEN)
        if zlib.crc32(content[position + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            raise FileRefused(BROKEN)
        yield content[position + 4 : position + 8], content[position + 8 : end - 4], end
        position = end
    raise FileRefused(BROKEN)


def _size_of(width: int, height: int, depth: int, colour: int, packing: int, filtering: int, interlace: int) -> int:
    """Return the size of the unpacked rows in bytes, each with its filter byte."""
    check_sides(width, height)
    samples, depths = _SAMPLES.get(colour, (0, ()))
    if depth not in depths or packing or filtering or interlace > 1:
        raise FileRefused(BROKEN)
    passes = _PASSES if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * samples * depth + 7) // 8)
    return total


def _packed_text(kind: bytes, body: bytes) -> bytes:
    """Return the compressed part of a colour profile or text chunk; empty for other chunks."""
    if kind in {b"iCCP", b"zTXt"}:
        return body.partition(b"\x00")[2][1:]
    if kind == b"iTXt":
        flags = body.partition(b"\x00")[2]
        return flags[2:].partition(b"\x00")[2].partition(b"\x00")[2] if flags[:1] == b"\x01" else b""
    return b""
