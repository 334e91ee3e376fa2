"""What a store must do. It sees sealed bytes under the names of their keyed digests, nothing else."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tongban.foundation.errors import DomainError


class Missing(Exception):
    """There is no content of this name."""


class StoreUnavailable(DomainError):
    code = "file-store-unavailable"
    status = 503
    message = "文件库暂时连不上，请过几分钟再试。已经填写和上传的内容都还在。"


class OpenContent(Protocol):
    """An open content."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Store(Protocol):
    """Each act raises StoreUnavailable when the store cannot be reached, and leaves nothing half written."""

    def has(self, name: str) -> bool:
        """Whether there is a content of this name."""
        ...

    def keep(self, name: str, sealed: Path) -> None:
        """Take the file as the content of this name, whole or not at all; the file may be gone afterwards."""
        ...

    def open(self, name: str) -> OpenContent:
        """The content; Missing when there is none."""
        ...

    def names(self) -> Iterator[tuple[str, datetime, int]]:
        """Every name with the moment when its content was written, and its sealed bytes."""
        ...

    def remove(self, name: str) -> None:
        """Remove the content; nothing happens when there is none."""
        ...
