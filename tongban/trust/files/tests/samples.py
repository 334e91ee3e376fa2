"""Real small files, and the pieces from which the tests build bad ones."""

import io
import struct
import zlib

from PIL import Image

PDF = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[4 0 R]/Count 1>>\nendobj\n"
    b"4 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)


def pdf_with(inside: bytes) -> bytes:
    """The small PDF with one more object."""
    return PDF.replace(b"trailer", b"3 0 obj\n" + inside + b"\nendobj\ntrailer")


def stream(packed: bytes, dictionary: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (dictionary, len(packed), packed)


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of the given chunks with valid checksums."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def ihdr(width: int = 40, height: int = 30, depth: int = 8, colour: int = 2, interlace: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)


def idat(size: int = 30 * 121, byte: bytes = b"\x00") -> tuple[bytes, bytes]:
    return b"IDAT", zlib.compress(byte * size)


IEND = (b"IEND", b"")


def png(**given: int) -> bytes:
    return png_of(ihdr(**given), idat(), IEND)


def _saved(kind: str, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert(mode).save(out, kind, **options)
    return out.getvalue()


JPEG = _saved("JPEG")
PROGRESSIVE = _saved("JPEG", progressive=True)
GREY_JPEG = _saved("JPEG", "L")
PICTURE = _saved("PNG")
PALETTE = _saved("PNG", "P")
ALPHA = _saved("PNG", "RGBA")


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 120, 240)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def jpeg_of_size(width: int, height: int) -> bytes:
    """The small JPEG with another size in its frame."""
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + struct.pack(">HH", height, width) + JPEG[at + 4 :]


def colour_profile(length: int = 3000) -> bytes:
    """The head of an ICC profile, and zeros up to its length in bytes."""
    return length.to_bytes(4, "big") + bytes(32) + b"acsp" + bytes(length - 40)
