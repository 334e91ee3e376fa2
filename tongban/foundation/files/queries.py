"""ASK: what is known of stored files."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from tongban.foundation.errors import NotFound
from tongban.foundation.files import stores
from tongban.foundation.files.models import StoredFile
from tongban.foundation.files.rules import LARGEST as LARGEST


def stored_file(file_id: UUID) -> StoredFile:
    """The record of one file."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    return stored


def names_of(file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of several files in one query."""
    return {stored.id: str(stored.name) for stored in StoredFile.objects.filter(id__in=file_ids)} if file_ids else {}


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
