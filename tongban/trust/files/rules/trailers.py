"""What phones append to a JPEG: further pictures, the film of a moving photo, and notes of the maker.

None of it is stored. It is parsed all the same, since a file that somebody made up of a picture and an archive, a page
or a program has to be refused.
"""

import re
from collections.abc import Callable

from tongban.trust.files.rules.common import BLANKS, PICTURE, FileRefused, is_archive, smuggled

_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta", b"udta", b"moof", b"mfra", b"sidx"}
"""The boxes at the top of a film (ISO/IEC 14496-12)."""
_NOTE = re.compile(rb"[\x20-\x3b\x3d-\x7e\x00\t\r\n]{1,4096}\Z")
"""A note in ASCII without `<`, such as `LIVE_1280…` and `vivo{…}`, so no page and no script."""
_MAX_PARTS = 64


def check_trailers(rest: bytes, *, end_of_picture: Callable[[bytes, int], int]) -> None:
    """Raise FileRefused unless the rest of a file consists of what phones append.

    `end_of_picture` returns where a JPEG in the rest ends, or raises FileRefused.
    """
    if is_archive(rest):
        raise smuggled(PICTURE)
    rest = rest[: _start_of_samsung_blocks(rest)]
    at = 0
    for _ in range(_MAX_PARTS):
        at += len(rest[at:]) - len(rest[at:].lstrip(BLANKS))
        if at >= len(rest) or _NOTE.match(rest, at):
            return
        if rest.startswith(b"\xff\xd8\xff", at):
            try:
                at = end_of_picture(rest, at)
            except FileRefused:
                raise smuggled(PICTURE) from None
        elif (name := rest.find(b"ftyp", at, at + 8)) >= 4:  # the size before it may begin with zeros
            at = _end_of_film(rest, name - 4)
        else:
            break
    raise smuggled(PICTURE)


def _end_of_film(rest: bytes, at: int) -> int:
    """Return where the boxes of a film end. Raises FileRefused for a box that is cut off."""
    while rest[at + 4 : at + 8] in _BOXES:
        size, least = int.from_bytes(rest[at : at + 4], "big"), 8
        if size == 1:
            size, least = int.from_bytes(rest[at + 8 : at + 16], "big"), 16
        elif size == 0:
            return len(rest)
        if size < least or at + size > len(rest):
            raise smuggled(PICTURE)
        at += size
    return at


def _start_of_samsung_blocks(rest: bytes) -> int:
    """Return where the blocks that Samsung's cameras append begin, or the length of the rest.

    They end with a directory: `SEFH`, a version, a count, 12 bytes for each block (kind, distance from the directory
    back to the block, length), the length of the directory, and `SEFT`. All numbers are little-endian.
    """
    body = rest.rstrip(BLANKS)
    length = int.from_bytes(body[-8:-4], "little")
    begin = len(body) - 8 - length
    if not body.endswith(b"SEFT") or begin < 0 or not body.startswith(b"SEFH", begin):
        return len(rest)
    count = int.from_bytes(body[begin + 8 : begin + 12], "little")
    if length != 12 + 12 * count or not count:
        raise smuggled(PICTURE)
    entries = [begin + 12 + 12 * number for number in range(count)]
    furthest = max(int.from_bytes(body[at + 4 : at + 8], "little") for at in entries)
    if furthest > begin:
        raise smuggled(PICTURE)
    return begin - furthest
