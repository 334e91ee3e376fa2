"""Checks that all file types share."""

import zlib

from tongban.foundation.errors import Invalid

BLANKS = b"\x00\t\n\x0c\r "
"""What programs, mail systems and disks add after the end of a file, in any number."""
PICTURE = "张图片"
HEAD = 1024
"""Number of first bytes in which another program would look for the signature of its own format."""
_FOREIGN = (b"PK\x03\x04", b"<html", b"<!doctype", b"<script", b"<?php", b"<svg", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")
_PROFILE_HEAD = 128
"""Length of the head of an ICC profile, in bytes."""
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


class FileRefused(Invalid):
    code = "file-refused"


class UnpackedTooLarge(Exception):
    """The unpacked data are larger than allowed."""


def check_head(content: bytes, what: str) -> None:
    """Raise FileRefused for the signature of another format in the first bytes."""
    head = content[:HEAD].lower()
    if any(mark.lower() in head for mark in _FOREIGN):
        raise smuggled(what)


def check_head_of_picture(content: bytes) -> None:
    """Raise FileRefused for the signature of another format in the first bytes of a picture.

    Readers of PDF accept a file whose header is anywhere in its first 1024 bytes (ISO 32000-1, annex H.3.4.1).
    """
    check_head(content, PICTURE)
    if b"%PDF-" in content[:HEAD]:
        raise smuggled(PICTURE)


def check_rest(rest: bytes, what: str) -> None:
    """Raise FileRefused for anything but blanks and zeros after the end of the file."""
    if rest.strip(BLANKS):
        raise smuggled(what)


def smuggled(what: str) -> FileRefused:
    return FileRefused(f"这{what}里夹带了别的文件，不能接收。请打开后截屏、“另存为”或“打印”得到新的文件再上传。")


def is_archive(content: bytes) -> bool:
    """Return whether readers of ZIP find an archive in the content; they look for its directory from the end."""
    return b"PK\x05\x06" in content[-66_000:]


def check_holds_no_archive(picture: bytes) -> None:
    """Raise FileRefused where readers of archives find one in a picture.

    Readers of ZIP look from the end for the record that ends its directory, which a comment of 65 535 bytes may follow.
    That record, also where it refers to a second one for large archives (ZIP64), names the directory by its offset, so
    that the directory may stand anywhere, even behind it. Readers of RAR and 7z look for a signature anywhere. Four
    given bytes stand in one of 65 000 compressed photos by chance, so both records of a ZIP have to be there. The
    oldest form of tar has no signature, only a checksum.
    """
    is_zip = is_archive(picture) and b"PK\x01\x02" in picture
    if is_zip or any(mark in picture for mark in _ARCHIVES) or _begins_like_tar(picture):
        raise smuggled(PICTURE)


def is_colour_profile(data: bytes) -> bool:
    """Return whether the data begin like an ICC profile, with its length and signature (ICC.1:2022, 7.2)."""
    return int.from_bytes(data[:4], "big") >= _PROFILE_HEAD and data[36:40] == b"acsp"


def _begins_like_tar(content: bytes) -> bool:
    """Return whether the first 512 bytes are a header of tar (POSIX.1-1988): their sum stands in them, in octal."""
    header, stated = content[:512], content[148:156]
    if content[257:262] == b"ustar":
        return True
    try:
        return int(stated.strip(b" \x00"), 8) == sum(header) - sum(stated) + 8 * ord(" ")
    except ValueError:
        return False


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

    @property
    def has_rest(self) -> bool:
        """Whether what was fed goes on after the end of the data."""
        return bool(self.unpacker.unused_data)
