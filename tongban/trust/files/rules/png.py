"""Rules for PNG (ISO/IEC 15948): valid checksums, one still picture, compressed parts of limited size."""

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
    check_rest,
    is_archive,
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
_SHOWN = {
    b"tRNS",
    b"cHRM",
    b"gAMA",
    b"iCCP",
    b"sBIT",
    b"sRGB",
    b"cICP",
    b"mDCV",
    b"cLLI",
    b"bKGD",
    b"hIST",
    b"pHYs",
    b"sPLT",
}
"""The ancillary chunks that say how the picture is to be shown. Texts and times are left out, and of Exif all but the
orientation: they can hold where, when and by whom a picture was made, or a whole document."""
_MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Maximum unpacked size of all texts and colour profiles of a picture, in bytes."""


def kept_of(content: bytes) -> bytes:
    """Return the picture without what follows it and without notes. Raises FileRefused unless it is one still PNG.

    Programs that crop a screenshot in its own file leave the end of the larger picture behind the smaller one. Both the
    content and what is left of it are searched for another format, since a cut brings later bytes to the front.
    """
    header: tuple[int, ...] | None = None
    data, text, ended = Inflater(0), _MAX_TEXT_BYTES, 0
    kept = bytearray(_SIGNATURE)
    try:
        for kind, body, end in _chunks(content):
            if (kind == b"IHDR") != (header is None) or (kind == b"IHDR" and len(body) != 13):
                raise FileRefused(BROKEN)
            if kind == b"IHDR":
                header = struct.unpack(">IIBBBBB", body)
                data = Inflater(_size_of(*header))
            elif kind in {b"acTL", b"fcTL", b"fdAT"}:
                raise FileRefused("不接收会动的图片。请截屏或另存为普通的 PNG 图片后再上传。")
            elif kind == b"IDAT":
                data.feed(body)
            elif packed := _packed_text(kind, body):
                text -= _unpacked_size(packed, text)
            kept += _kept_of_chunk(kind, body)
            if kind == b"IEND":
                ended = end
                break
    except (UnpackedTooLarge, zlib.error) as problem:
        raise FileRefused(_BOMB if isinstance(problem, UnpackedTooLarge) else BROKEN) from None
    if header is None or not ended or data.left or not data.ended:
        raise FileRefused(BROKEN)
    rest = content[ended:]
    for looked_at in (content, bytes(kept)):
        check_head_of_picture(looked_at)
    if not rest.rstrip(BLANKS).endswith(_END) or is_archive(rest):
        check_rest(rest, PICTURE)
    decode(bytes(kept), "PNG", (header[0], header[1]), BROKEN)
    return bytes(kept)


def _kept_of_chunk(kind: bytes, body: bytes) -> bytes:
    """Return the chunk as it is stored, or nothing. Decoders need every chunk whose name begins with a capital."""
    if kind == b"eXIf":
        body = exif.orientation_only(body)[len(exif.BEGIN) :]
        return _chunk(kind, body) if body else b""
    is_critical = kind[:1].isupper()
    return _chunk(kind, body) if is_critical or kind in _SHOWN else b""


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


def _unpacked_size(packed: bytes, limit: int) -> int:
    inflater = Inflater(limit)
    inflater.feed(packed)
    return limit - inflater.left
