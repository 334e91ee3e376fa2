"""The style sheet of a theme: one file, put together from the sheets of the page shell and those of all rooms.

A theme is an edition of the pages. People who ask their system for more contrast, and printers, get theirs by media
queries of the same file.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, overload

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage

from tongban.foundation.ui import shell

BASE = (
    "tokens",
    "base",
    "shell",
    "buttons",
    "marks",
    "forms",
    "choices",
    "cards",
    "bundles",
    "progress",
    "tables",
    "desk",
)
"""Style sheets of the page shell, which those of the rooms follow."""
THEMES = {"normal": ("contrast", "print"), "elder": ("elder", "contrast", "print")}
"""The themes, and for each the style sheets that override all others, including those of rooms."""


def sheet_of(theme: str) -> str:
    """Return the static path of the style sheet of a theme."""
    return f"sheets/{theme}.css"


def parts_of(theme: str) -> list[str]:
    """Return the static paths of all parts of a theme's style sheet in cascade order."""
    return [*(f"ui/css/{name}.css" for name in BASE), *shell.styles, *(f"ui/css/{name}.css" for name in THEMES[theme])]


def put_together(theme: str) -> str:
    """Return the style sheet of a theme. Raises LookupError if a part that a room declares does not exist."""
    return "\n".join(_read(part) for part in parts_of(theme))


def _read(part: str) -> str:
    path = finders.find(part)
    if not isinstance(path, str):
        raise LookupError(f"the style sheet {part} is declared, but does not exist")
    return Path(path).read_text(encoding="utf-8")


class SheetFinder(BaseFinder):
    """Finds the style sheets of the themes, put together from their parts as they are at that moment."""

    def __init__(self) -> None:
        self.storage = FileSystemStorage(settings.DATA_FOLDER / "sheets")

    def check(self, **kwargs: object) -> "list[CheckMessage]":
        """Return no messages: there is nothing to configure."""
        return []

    @overload
    def find(self, path: str, find_all: Literal[False] = ...) -> str | None: ...
    @overload
    def find(self, path: str, find_all: Literal[True]) -> "list[str]": ...
    def find(self, path: str, find_all: bool = False) -> "str | list[str] | None":
        """Return the absolute path of a theme's style sheet; None or an empty list for other paths."""
        for theme in THEMES:
            if path == sheet_of(theme):
                found = self._write(theme)
                return [found] if find_all else found
        return [] if find_all else None

    def list(self, ignore_patterns: "Iterable[str] | None") -> "Iterator[tuple[str, Storage]]":
        """Yield the style sheet of each theme."""
        for theme in THEMES:
            self._write(theme)
            yield sheet_of(theme), self.storage

    def _write(self, theme: str) -> str:
        """Bring the file up to date and return its path. Concurrent processes write the same content."""
        target = Path(self.storage.path(sheet_of(theme)))
        content = put_together(theme)
        if not target.exists() or target.read_text(encoding="utf-8") != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
            Path(unfinished).replace(target)
        return str(target)
