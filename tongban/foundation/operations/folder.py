"""The data folder of a platform: who uses it, and putting its content aside for a new beginning.

Two locks that the kernel drops with their process, however it ends: `platform.lock` is held by the one `bin/run` of the
folder, `in-use.lock` is shared by every web process and worker. No Django here.
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

from tongban.foundation.operations import postgres

PLATFORM, IN_USE, RECORD, ASIDE = "platform.lock", "in-use.lock", "platform.json", "set-aside"
CONTENT = (
    "postgres", "files", "static", "cache", "drill", "keys", "reader-simulator.pem", "oidc-key.pem", "secrets.env",
    "RESTORE-UNFINISHED",
)  # fmt: skip
"""What is put aside, in this order: the secrets last, so that no half-moved folder has new keys for old data."""
_held: list[int] = []


class FolderInUse(Exception):
    """Somebody works with the folder; the message says who and what to do."""


class UnexpectedFolder(Exception):
    """The folder does not hold what is expected; the message says what."""


@dataclass(frozen=True)
class Running:
    """What a running platform says of itself in its folder."""

    pid: int
    address: str
    instance: str


def hold(folder: Path) -> None:
    """Be the one platform of the folder until this process ends; raises FolderInUse."""
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
    """Say that this process works with the folder, until it ends. A folder that cannot be written is not locked."""
    with suppress(OSError):
        handle = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held.append(handle)


def record(folder: Path) -> Running | None:
    """What the last platform of the folder wrote; it may have ended since."""
    try:
        return Running(**json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_record(folder: Path, running: Running) -> None:
    partial = folder / f".{RECORD}.{os.getpid()}"
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(asdict(running)))
    partial.replace(folder / RECORD)


def running(folder: Path) -> Running | None:
    """The platform that runs on the folder now, if one does."""
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
    """Move the folder's content to `set-aside/<moment>`; None: there was none. The caller holds the folder.

    Raises UnexpectedFolder for a folder that is not a platform's, FolderInUse while a process works with it.
    """
    content = [name for name in CONTENT if (folder / name).exists()]
    if not content:
        return None
    if not (folder / "secrets.env").exists() and not (folder / "postgres").exists():
        raise UnexpectedFolder(f"{folder} does not look like a data folder of Tongban; nothing was moved.")
    _check_unused(folder)
    place = _new_place(folder / ASIDE, at.strftime("%Y-%m-%dT%H%M%SZ"))
    place.mkdir(parents=True, mode=0o700)
    for name in content:
        _move(folder / name, place / name, suffix=f".{place.name}")
    return place


def _new_place(aside: Path, name: str) -> Path:
    """A folder of this name, or with a number after it where something was put aside within the same second."""
    numbered = (aside / (name if n == 1 else f"{name}-{n}") for n in count(1))
    return next(place for place in numbered if not place.exists())


def set_aside_names(folder: Path) -> list[str]:
    """What was put aside, oldest first."""
    return sorted(place.name for place in (folder / ASIDE).glob("*") if place.is_dir())


def restore_set_aside(folder: Path, name: str) -> None:
    """Move what was put aside back into an empty folder; raises UnexpectedFolder when there is no such thing."""
    place = folder / ASIDE / name
    if not re.fullmatch(r"[0-9TZ-]+", name) or not place.is_dir():
        known = ", ".join(set_aside_names(folder)) or "nothing"
        raise UnexpectedFolder(f"Nothing was put aside under the name {name}; there is: {known}.")
    for entry in [one for one in reversed(CONTENT) if (place / one).exists()]:
        _move(place / entry, folder / entry, suffix="")
    place.rmdir()


def all_places(place: Path) -> list[Path]:
    """Where what was put aside lies: its folder, and the database's own where root's server keeps it elsewhere."""
    pointer = place / "postgres" / "moved-to"
    return [place, Path(pointer.read_text().strip())] if pointer.exists() else [place]


def _move(source: Path, target: Path, *, suffix: str) -> None:
    """Move one part; a database that lies elsewhere keeps its disk and gets or loses the suffix."""
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
    """` (by process 12)` from the kernel's table of locks, as far as it tells."""
    inode = os.fstat(handle).st_ino
    try:
        lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    except OSError:
        return ""
    pids = sorted({cells[4] for cells in lines if cells[1] == "FLOCK" and cells[5].rpartition(":")[2] == str(inode)})
    return f" (by process {', '.join(pids)})" if pids else ""
