"""What the checks of all types share."""

import zlib

from tongban.foundation.errors import Invalid

PADDING = 64
"""Bytes of blanks or zeros that may stand after the end of a file; some programs and mail systems add them."""
HEAD = 1024
"""Where a second face would have to stand so that another program takes the file for its own."""
_FOREIGN = (b"PK\x03\x04", b"<html", b"<!doctype", b"<script", b"<?php", b"<svg", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")


class FileRefused(Invalid):
    code = "file-refused"


class UnpackedTooLarge(Exception):
    """What is packed is larger than what was allowed."""


def check_single_face(content: bytes, what: str, *, end: int) -> None:
    """Refuse another format hidden at the start, or anything after the `end` but a little padding."""
    head = content[:HEAD].lower()
    hidden = any(mark.lower() in head for mark in _FOREIGN)
    rest = content[end:]
    if hidden or len(rest) > PADDING or rest.strip(b"\x00\t\n\x0c\r "):
        raise FileRefused(
            f"这{what}里夹带了别的内容（例如动态照片或附加文件）。请用“另存为”或截屏得到新的文件后再上传。"
        )


class Inflater:
    """Unpacks zlib data in small pieces, so that a bomb costs no memory and stops at its limit."""

    PIECE = 64 * 1024

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.unpacker = zlib.decompressobj()

    def feed(self, packed: bytes) -> list[bytes]:
        """What comes out, piece by piece; UnpackedTooLarge at the limit, zlib.error for what is no zlib data."""
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
