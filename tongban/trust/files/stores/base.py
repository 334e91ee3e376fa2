"""The interface of a store. A store sees only sealed bytes, whose names are keyed digests."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tongban.foundation.errors import DomainError


class Missing(Exception):
    """There is no content with this name."""


class StoreUnavailable(DomainError):
    """The store cannot be reached or written."""

    code = "file-store-unavailable"
    status = 503
    message = "文件库暂时连不上，请过几分钟再试。已经填写和上传的内容都还在。"


class OpenContent(Protocol):
    """A content that is open for reading."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Store(Protocol):
    """Every method raises StoreUnavailable when the store cannot be reached. Writes are atomic."""

    def has(self, name: str) -> bool:
        """Return whether there is a content with this name."""
        ...

    def keep(self, name: str, sealed: Path) -> None:
        """Store a file as the content with this name. The file may be moved, so it may be gone afterwards."""
        ...

    def open(self, name: str) -> OpenContent:
        """Open a content. Raises Missing."""
        ...

    def names(self) -> Iterator[tuple[str, datetime, int]]:
        """Yield the name, the time of writing and the sealed size in bytes of every content."""
        ...

    def remove(self, name: str) -> None:
        """Remove a content, if it exists."""
        ...
