"""Searches bytes for the words of active content, for objects that only some readers find.

A word in text, in a comment or in the data of another program is no action. So only an action with its key counts, as
`/S/JavaScript`, and strings and comments are left out before a suspicious place is judged.
"""

import re

from tongban.trust.files.pdfs.limits import Allowance, UnfitPdf

ACTIONS = {
    "/JavaScript": "script",
    "/ECMAScript": "script",
    "/Launch": "launch",
    "/GoToE": "attachment",
    "/GoToR": "external",
    "/SubmitForm": "external",
    "/ImportData": "external",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
    "/GoTo3DView": "media",
}
OVERLAP = 1024
"""The longest match of the pattern, for data that is read in pieces."""


def _spelt(name: str) -> bytes:
    """A pattern for a name with any letters as `#xx`."""
    return b"/" + b"".join(b"(?:%b|#(?i:%02x))" % (letter.encode(), ord(letter)) for letter in name[1:])


_BLANK = rb"(?:[\x00\t\n\x0c\r ]{1,50}+|%[^\r\n]{0,100}+[\r\n]){0,4}+"
_ACTION = re.compile(b"%b%b(%b)(?![A-Za-z0-9#])" % (_spelt("/S"), _BLANK, b"|".join(_spelt(name) for name in ACTIONS)))
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_TEXT = re.compile(rb"\\[\s\S]|[()%]")
_LINE_END = re.compile(rb"[\r\n]|\Z")
_PART = re.compile(rb"[0-9][\x00\t\n\x0c\r ]{1,50}+obj|endstream|stream(?=[\r\n])")


def is_suspicious(data: bytes) -> bool:
    return _ACTION.search(data) is not None


def check_words(data: bytes, allowance: Allowance) -> None:
    """Raise UnfitPdf if there is an action outside of strings and comments."""
    if is_suspicious(data):
        allowance.use(len(data))
        found = _ACTION.search(without_text(data))
        if found:
            name = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1])
            raise UnfitPdf(ACTIONS.get(name.decode("latin-1"), "script"))


def check_file(content: bytes, allowance: Allowance) -> None:
    """Do the same with the bytes of a file. Objects and streams are separate: a bracket in one opens no string."""
    if is_suspicious(content):
        for part in _PART.split(content):
            check_words(part, allowance)


def without_text(data: bytes) -> bytes:
    """Return the data without strings and comments. A string that does not end is none."""
    made, depth, kept, at = bytearray(), 0, 0, 0
    while found := _TEXT.search(data, at):
        at = found.end()
        sign = found.group()
        if sign == b"(":
            if not depth:
                made += data[kept : found.start()]
                kept = found.start()
            depth += 1
        elif sign == b")" and depth:
            depth -= 1
            if not depth:
                made += b" "
                kept = at
        elif sign == b"%" and not depth:
            made += data[kept : found.start()] + b" "
            kept = at = _line_end(data, at)
    return bytes(made + data[kept:])


def _line_end(data: bytes, at: int) -> int:
    found = _LINE_END.search(data, at)
    return found.start() if found else len(data)
