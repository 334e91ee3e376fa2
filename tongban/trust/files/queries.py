"""ASK: stored files, the state of the store, and the state of the malware scanner."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet

from tongban.foundation.errors import NotFound
from tongban.trust.files import stores
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import MAX_FILE_BYTES as MAX_FILE_BYTES
from tongban.trust.files.scanner import ScanFailed
from tongban.trust.files.stores import Missing, store
from tongban.trust.files.stores.base import OpenContent


@dataclass(frozen=True)
class ScannerState:
    """The state of the malware scanner."""

    configured: bool
    reachable: bool = False
    version: str = ""
    required: bool = False
    """Whether uploads are refused while it cannot be reached."""


def scanner_state() -> ScannerState:
    """Ask the scanner for its state; takes some seconds at most."""
    scanner = settings.FILE_SCANNER
    if scanner is None:
        return ScannerState(configured=False)
    required = not settings.FILES_WITHOUT_SCAN
    try:
        scanner.ping()
        return ScannerState(True, reachable=True, version=scanner.version(), required=required)
    except ScanFailed:
        return ScannerState(True, required=required)


def stored_file(file_id: UUID) -> StoredFile:
    """Return the record of one file. Raises NotFound."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    return stored


def names_of(file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of several files with one query."""
    return {stored.id: str(stored.name) for stored in StoredFile.objects.filter(id__in=file_ids)} if file_ids else {}


def ids() -> QuerySet[StoredFile, UUID]:
    """Return the ids of all files that have not been deleted, as a condition for the query of another room."""
    return StoredFile.objects.values_list("id", flat=True)


def sealed_contents() -> Iterator[tuple[str, datetime, int]]:
    """Yield the name, the time of writing and the sealed size in bytes of every content in the store."""
    return store().names()


def sealed_content(name: str) -> OpenContent | None:
    """Open a content in its sealed form; None when there is none. The caller must close it."""
    try:
        return store().open(name)
    except Missing:
        return None


def count_missing(names: Collection[str]) -> int:
    """Return how many contents rows refer to that are not among the given names."""
    named = StoredFile.objects.values_list("digest", flat=True).distinct()
    return sum(name not in names for name in named.iterator(chunk_size=5000))


def files_with(names: Sequence[str]) -> list[UUID]:
    """Return the id of one file for each of the given contents that a row refers to."""
    rows = StoredFile.objects.filter(digest__in=names).order_by("digest", "id").distinct("digest")
    return list(rows.values_list("id", flat=True))


@dataclass(frozen=True)
class StorageState:
    """Whether a file could be stored now."""

    writable: bool
    """Whether a few bytes could be written to the folder of incoming files."""
    store_answers: bool
    free_bytes: int
    free_inodes: int | None
    """None: the file system has no fixed number of inodes."""


def probe() -> StorageState:
    """Test the storage by writing, since only that reveals a full disk, a quota or a read-only file system."""
    folder = Path(settings.FILE_FOLDER)
    try:
        _write_and_remove(folder / f".probe-{uuid4().hex}")
        writable = True
    except OSError:
        writable = False
    try:
        stores.store().has("0" * 64)
        answers = True
    except (stores.StoreUnavailable, OSError):
        answers = False
    try:
        room = os.statvfs(next(place for place in (folder, *folder.parents) if place.exists()))
    except OSError:
        return StorageState(writable, answers, 0, None)
    return StorageState(writable, answers, room.f_bavail * room.f_frsize, room.f_favail if room.f_files else None)


def _write_and_remove(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as out:
            out.write(bytes(4096))
            out.flush()
            os.fsync(out.fileno())
    finally:
        path.unlink(missing_ok=True)
