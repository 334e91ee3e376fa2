"""Checks that all file types share."""

import zlib

from tongban.foundation.errors import Invalid

PADDING = 64
"""Maximum number of blanks or zeros after the end of a file; some programs and mail systems add them."""
HEAD = 1024
"""Number of first bytes in which another program would look for the signature of its own format."""
_FOREIGN = (b"PK\x03\x04", b"<html", b"<!doctype", b"<script", b"<?php", b"<svg", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")


class FileRefused(Invalid):
    code = "file-refused"


class UnpackedTooLarge(Exception):
    """The unpacked data are larger than allowed."""


def check_single_face(content: bytes, what: str, *, end: int) -> None:
    """Raise FileRefused for another format hidden at the start, or for more than a little padding after `end`."""
    head = content[:HEAD].lower()
    hidden = any(mark.lower() in head for mark in _FOREIGN)
    rest = content[end:]
    if hidden or len(rest) > PADDING or rest.strip(b"\x00\t\n\x0c\r "):
        raise FileRefused(
            f"这{what}里夹带了别的内容（例如动态照片或附加文件）。请用“另存为”或截屏得到新的文件后再上传。"
        )


class Inflater:
    """Unpacks zlib data in small pieces up to a limit, so that a decompression bomb does no harm."""

    PIECE = 64 * 1024

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.unpacker = zlib.decompressobj()

    def feed(self, packed: bytes) -> list[bytes]:
        """Unpack the next bytes; return the pieces. Raises UnpackedTooLarge at the limit, zlib.error for other data."""
        pieces = []
        while packed and not self.unpacker.eof:
            piece = self.unpacker.decompress(packed, self.PIECE)
            packed = self.unpacker.unconsumed_tail
            self.left -= len(piece)
            if self.left < 0:
                raise UnpackedTooLarge
            pieces.append(piece)
        return pieces

    @property
    def ended(self) -> bool:
        return self.unpacker.eof
