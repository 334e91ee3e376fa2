"""The data folder of a platform: who uses it, and how its content is set aside for a fresh start.

There are two locks, which the kernel releases however their process ends. `platform.lock` is held by the folder's only
`bin/run`; `in-use.lock` is shared by every web process and worker. No Django here.
"""

import fcntl
import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from tongban.foundation.disk import write_atomically
from tongban.foundation.operations import postgres

PLATFORM, IN_USE, RECORD, ASIDE = "platform.lock", "in-use.lock", "platform.json", "set-aside"
STAYS = {PLATFORM, IN_USE, RECORD, ASIDE, "npm-dist", "node-parts.lock", "lost+found"}
"""What stays in the folder when its content is set aside: locks, what was set aside before, and downloaded parts."""
FIRST = ("postgres", "files")
LAST = ("keys", "reader-simulator.pem", "oidc-key.pem", "secrets.env", "RESTORE-UNFINISHED")
"""Data are moved first and secrets last, so that a half-moved folder never has new keys for old data. Whatever else a
room keeps in the folder is moved in between."""
_held: list[int] = []


class FolderInUse(Exception):
    """The folder is in use; the message says by whom and what to do."""


class UnexpectedFolder(Exception):
    """The folder does not contain what is expected; the message says what is wrong."""


@dataclass(frozen=True)
class Running:
    """The record that a running platform keeps in its folder."""

    pid: int
    address: str
    instance: str


def hold(folder: Path) -> None:
    """Become the folder's only platform until this process ends. Raises FolderInUse."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(folder / PLATFORM, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise FolderInUse(f"{folder} belongs to another user; choose another folder with --data.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        other = record(folder)
        who = f" (process {other.pid}, {other.address})" if other else ""
        raise FolderInUse(
            f"通办 already runs on {folder}{who}. Stop that one first, or choose another folder with --data."
        ) from None
    _held.append(handle)


def use(folder: Path) -> None:
    """Mark the folder as used by this process until it ends. A folder that is not writable is not locked."""
    with suppress(OSError):
        handle = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held.append(handle)


def record(folder: Path) -> Running | None:
    """Return the record of the folder's last platform, which may have ended since, or None."""
    try:
        return Running(**json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_record(folder: Path, running: Running) -> None:
    """Replace the record of the running platform, readable by its owner only."""
    write_atomically(folder / RECORD, json.dumps(asdict(running)).encode(), mode=0o600)


def running(folder: Path) -> Running | None:
    """Return the platform that currently runs on the folder, or None."""
    try:
        handle = os.open(folder / PLATFORM, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return record(folder)
    finally:
        os.close(handle)
    return None


def set_aside(folder: Path, at: datetime) -> Path | None:
    """Move the folder's content to `set-aside/<time>` and return that path, or None if it holds nothing of a platform.

    The caller must hold the folder. Raises UnexpectedFolder if it is not a platform's folder, and FolderInUse while a
    process uses it.
    """
    content = _content(folder)
    if not any(name in content for name in FIRST + LAST):
        return None
    if not (folder / "secrets.env").exists() and not (folder / "postgres").exists():
        raise UnexpectedFolder(f"{folder} does not look like a data folder of Tongban; nothing was moved.")
    _check_unused(folder)
    place = _new_place(folder / ASIDE, at.strftime("%Y-%m-%dT%H%M%SZ"))
    place.mkdir(parents=True, mode=0o700)
    for name in content:
        _move(folder / name, place / name, suffix=f".{place.name}")
    return place


def _content(folder: Path) -> list[str]:
    """Return the names of everything that is moved, in this order. Data folders of other platforms are left alone."""
    found = sorted(entry.name for entry in folder.iterdir() if entry.name not in STAYS and not _is_data_folder(entry))
    others = [name for name in found if name not in FIRST + LAST]
    return [*(name for name in FIRST if name in found), *others, *(name for name in LAST if name in found)]


def _is_data_folder(entry: Path) -> bool:
    return any((entry / name).exists() for name in (PLATFORM, IN_USE, "secrets.env"))


def _new_place(aside: Path, name: str) -> Path:
    """Return an unused path of this name, numbered if something was set aside within the same second."""
    numbered = (aside / (name if n == 1 else f"{name}-{n}") for n in count(1))
    return next(place for place in numbered if not place.exists())


def set_aside_names(folder: Path) -> list[str]:
    """Return the names of everything set aside, oldest first."""
    return sorted(place.name for place in (folder / ASIDE).glob("*") if place.is_dir())


def restore_set_aside(folder: Path, name: str) -> None:
    """Move content that was set aside back into an empty folder. Raises UnexpectedFolder if the name is unknown."""
    place = folder / ASIDE / name
    if not re.fullmatch(r"[0-9TZ-]+", name) or not place.is_dir():
        known = ", ".join(set_aside_names(folder)) or "nothing"
        raise UnexpectedFolder(f"Nothing was put aside under the name {name}; there is: {known}.")
    for entry in reversed(_content(place)):
        _move(place / entry, folder / entry, suffix="")
    place.rmdir()


def all_places(place: Path) -> list[Path]:
    """Return the folders of what was set aside: `place`, and the database's folder if it is kept elsewhere."""
    pointer = place / "postgres" / "moved-to"
    return [place, Path(pointer.read_text().strip())] if pointer.exists() else [place]


def _move(source: Path, target: Path, *, suffix: str) -> None:
    """Move one part. A database that is kept elsewhere stays on its disk and is renamed with or without the suffix."""
    pointer = source / "moved-to"
    if pointer.exists():
        elsewhere = Path(pointer.read_text().strip())
        renamed = elsewhere.with_name(f"{elsewhere.name.partition('.')[0]}{suffix}")
        if elsewhere.exists():
            elsewhere.rename(renamed)
        pointer.write_text(f"{renamed}\n")
    source.rename(target)


def _check_unused(folder: Path) -> None:
    handle = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FolderInUse(
            f"{folder} is in use{_holders(handle)}: nothing was moved. Stop the web server and the worker first."
        ) from None
    finally:
        os.close(handle)
    if (folder / "postgres").exists() and not postgres.stop_unused(folder / "postgres"):
        raise FolderInUse(
            f"The database in {folder} is in use by another command: nothing was moved. Try again when it has ended."
        )


def _holders(handle: int) -> str:
    """Return ` (by process 12)` according to the kernel's table of locks, or an empty string if that is unknown."""
    inode = os.fstat(handle).st_ino
    try:
        lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    except OSError:
        return ""
    pids = sorted({cells[4] for cells in lines if cells[1] == "FLOCK" and cells[5].rpartition(":")[2] == str(inode)})
    return f" (by process {', '.join(pids)})" if pids else ""
