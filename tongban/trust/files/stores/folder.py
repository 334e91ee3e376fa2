"""A store in a local folder, with two levels of subfolders named after the first characters of the name."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tongban.foundation.disk import fsync_folder
from tongban.trust.files.stores.base import Missing, OpenContent, StoreUnavailable

_NAME = re.compile(r"[0-9a-f]{64}")


class Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name[2:4] / name

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def keep(self, name: str, sealed: Path) -> None:
        """Move the file to its place, which is atomic. The caller must have brought its bytes to disk."""
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sealed.replace(path)
            fsync_folder(path.parent)
        except OSError:
            raise StoreUnavailable from None

    def open(self, name: str) -> OpenContent:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise Missing(name) from None
        except OSError:
            raise StoreUnavailable from None

    def names(self) -> Iterator[tuple[str, datetime, int]]:
        for path in self.folder.glob("??/??/*"):
            if _NAME.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    info = path.stat()
                    yield path.name, datetime.fromtimestamp(info.st_mtime, UTC), info.st_size

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)
