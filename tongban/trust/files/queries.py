"""ASK: what is known of stored files."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from tongban.foundation.errors import NotFound
from tongban.trust.files import stores
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import LARGEST as LARGEST
from tongban.trust.files.scanner import ScanFailed
from tongban.trust.files.stores import Missing, store
from tongban.trust.files.stores.base import OpenContent


@dataclass(frozen=True)
class ScannerState:
    """What an operator wants to know of the malware scanner."""

    configured: bool
    reachable: bool = False
    version: str = ""
    required: bool = False
    """Whether nothing is taken in while it cannot be reached."""


def scanner_state() -> ScannerState:
    """Asks the scanner now; takes at most some seconds."""
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
    """The record of one file."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    return stored


def names_of(file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of several files in one query."""
    return {stored.id: str(stored.name) for stored in StoredFile.objects.filter(id__in=file_ids)} if file_ids else {}


def sealed_contents() -> Iterator[tuple[str, datetime, int]]:
    """Of every content in the store its name, the moment when it was written, and its sealed bytes."""
    return store().names()


def sealed_content(name: str) -> OpenContent | None:
    """A content as it lies in the store, to be closed by the caller; None when there is none."""
    try:
        return store().open(name)
    except Missing:
        return None


def count_missing(names: Collection[str]) -> int:
    """How many contents are named by rows but are not among these names."""
    named = StoredFile.objects.values_list("digest", flat=True).distinct()
    return sum(name not in names for name in named.iterator(chunk_size=5000))


def files_with(names: Sequence[str]) -> list[UUID]:
    """One file for each of these contents, as far as rows name them."""
    rows = StoredFile.objects.filter(digest__in=names).order_by("digest", "id").distinct("digest")
    return list(rows.values_list("id", flat=True))


@dataclass(frozen=True)
class Room:
    """Whether a file could be taken in now."""

    writable: bool
    """A few bytes were written to the disk where files come in, and taken away again."""
    store_answers: bool
    free_bytes: int
    free_inodes: int | None
    """None: the file system counts none."""


def probe() -> Room:
    """Try it: only writing shows a full disk, a quota, or a file system that went read-only."""
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
        return Room(writable, answers, 0, None)
    return Room(writable, answers, room.f_bavail * room.f_frsize, room.f_favail if room.f_files else None)


def _write_and_remove(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as out:
            out.write(bytes(4096))
            out.flush()
            os.fsync(out.fileno())
    finally:
        path.unlink(missing_ok=True)
