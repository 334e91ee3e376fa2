"""Finds where objects start in the bytes of a PDF, in time that grows only with the size of the file."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tongban.trust.files.pdfs.limits import MAX_COMMENTED, MAX_OBJECTS, Allowance, UnfitPdf

_SPACE = rb"[\x00\t\n\x0c\r ]"
_START = re.compile(
    rb"(?<![0-9])[0-9]++(?:%b++[0-9]++%b*+(?:obj|(?=%%))|%b*+(?=%%))|trailer%b*+(?=<<|%%)".replace(
        b"%b", _SPACE
    ).replace(b"%%", b"%")
)
"""An object or a trailer, or a place where a comment stands between its parts."""
_SPACES = re.compile(_SPACE + b"*+")
_BLANKS = re.compile(rb"(?:%b++|%%[^\r\n]*+(?:[\r\n]|\Z))*+".replace(b"%b", _SPACE).replace(b"%%", b"%"))
_NUMBER = re.compile(rb"[0-9]++")
_DIGITS = 10
"""Longer numbers are no object numbers."""


class Place(NamedTuple):
    start: int
    """Where the number of the object is, or the word `trailer`."""
    end: int
    """Where the content begins."""
    number: int
    """The number of the object; -1 for a trailer."""


class _Blanks:
    """Skips blanks and comments. A run of comments is read once, even when many numbers in it might be a start."""

    def __init__(self, content: bytes) -> None:
        self.content, self.run = content, (0, 0)

    def after(self, at: int) -> int:
        at = _end(_SPACES, self.content, at)
        if self.content[at : at + 1] != b"%":
            return at
        if not self.run[0] <= at < self.run[1]:  # within the run, this comment ends with its line, as another does
            self.run = at, _end(_BLANKS, self.content, at)
        return self.run[1]


def _end(pattern: re.Pattern[bytes], content: bytes, at: int) -> int:
    found = pattern.match(content, at)
    return found.end() if found else at


def places(content: bytes) -> list[Place]:
    """Return the places of all objects and trailers, in the order of their contents."""
    blanks, commented = _Blanks(content), Allowance(MAX_COMMENTED)
    found: dict[int, Place] = {}
    for one in _START.finditer(content):
        word = one.group()
        if word.endswith(b"obj"):
            many = [Place(one.start(), one.end(), _number(word))]
        elif word.startswith(b"trailer") and content.startswith(b"<<", one.end()):
            many = [Place(one.start(), one.end(), -1)]
        else:
            commented.use()
            many = list(_commented(content, one.start(), blanks))
        found.update((each.end, each) for each in many)
        if len(found) > MAX_OBJECTS:
            raise UnfitPdf("too-complex")
    return [found[end] for end in sorted(found)]


def _commented(content: bytes, start: int, blanks: _Blanks) -> Iterator[Place]:
    """Yield the objects that may begin at this number or the next one, with comments between the parts."""
    if content.startswith(b"trailer", start):
        end = blanks.after(start + 7)
        if content.startswith(b"<<", end):
            yield Place(start, end, -1)
        return
    for _ in range(2):
        after = _end(_NUMBER, content, start)
        second = blanks.after(after)
        third = _end(_NUMBER, content, second)
        end = blanks.after(third)
        if after < second < third and content.startswith(b"obj", end):
            yield Place(start, end + 3, _number(content[start:after]))
        if not second < third:
            return
        start = second


def _number(word: bytes) -> int:
    digits = _NUMBER.match(word)
    return int(digits.group()) if digits and len(digits.group().lstrip(b"0")) <= _DIGITS else -1


def bodies(content: bytes) -> list[tuple[int, bytes]]:
    """Return the number and the content of every object and trailer; the content reaches to the next one."""
    found = places(content)
    made = []
    for at, one in enumerate(found, 1):
        later = at
        while later < len(found) and found[later].start < one.end:  # this object stands in a comment of that one
            later += 1
        made.append((one.number, content[one.end : found[later].start if later < len(found) else len(content)]))
    return made
