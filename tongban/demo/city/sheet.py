"""A small image in place of a signed paper form, for uploads of the demo."""

import struct
import zlib
from functools import cache


@cache
def signed_sheet(width: int = 240, height: int = 320) -> bytes:
    """Return a white PNG with grey lines, `width` by `height` pixels."""
    rows = b"".join(b"\x00" + (b"\xb0" if y % 24 == 12 and 40 < y < 280 else b"\xff") * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )
