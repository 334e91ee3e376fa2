"""Exclusive access to the backup folder, and the removal of old backups."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.trust.backups import archive, events
from tongban.trust.backups.errors import BackupRefused
from tongban.trust.backups.models import Backup


@contextmanager
def exclusive_access(repository: Path) -> Iterator[None]:
    """Hold the lock of the backup folder. Raises BackupRefused when another process holds it."""
    try:
        repository.mkdir(parents=True, exist_ok=True)
        handle = os.open(repository / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as wrong:
        raise BackupRefused(f"不能写备份目录 {repository}：{wrong.strerror}。请检查目录和磁盘。") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupRefused("另一个备份或恢复演练正在使用这个目录，请等它结束。") from None
    finally:
        os.close(handle)


def forget_old(repository: Path, *, keep: int, actor: EventActor) -> list[str]:
    """Remove all but the newest `keep` backups and those that they build on, and contents that no backup needs.

    Returns the names of the removed backups. Raises BackupRefused.
    """
    if keep < 1:
        raise BackupRefused("至少要保留一份备份（--keep 1 或更大）。")
    with exclusive_access(repository):
        whole = archive.finished_backups(repository)
        kept: set[str] = set()
        for folder in whole[-keep:]:
            at: Path | None = folder
            while at is not None and at.name not in kept:
                kept.add(at.name)
                parent = archive.load(at).parent
                at = folder.with_name(parent) if parent else None
        gone = [folder for folder in whole if folder.name not in kept]
        for folder in reversed(gone):  # remove a backup before those that it builds on
            hidden = folder.with_name(f".{folder.name}.part")
            folder.rename(hidden)
            shutil.rmtree(hidden)
            with transaction.atomic():
                row = Backup.objects.filter(label=folder.name, forgotten_at=None).first()
                if row is not None:
                    row.forgotten_at, row.key = clock.now(), ""
                    row.save(update_fields=["forgotten_at", "key"])
                    announce(events.BackupForgotten(subject=row.id, backup=row.label), actor=actor)
        if gone:
            _forget_contents(repository, [folder for folder in whole if folder.name in kept])
    return [folder.name for folder in gone]


def _forget_contents(repository: Path, kept: list[Path]) -> None:
    named = {one.place(repository) for folder in kept for one in archive.load(folder).files()}
    for path in (repository / "files").glob("??/??/*"):
        if path not in named:
            path.unlink(missing_ok=True)
