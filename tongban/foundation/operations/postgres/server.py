"""Starting, sharing and stopping one server."""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from tongban.foundation.operations.postgres.places import SOCKETS, Places, places_for, remove, sockets_of

OWNER = "tongban_owner"
APPLICATION = "tongban_app"
DATABASE = "tongban"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "summarize_wal": "on",
    "wal_keep_size": "256MB",
}
"""No TCP; statements with their values never reach the log. Changed blocks are summarised for incremental backups, and
what is written during a backup is kept until it has been copied."""
PATIENCE = 60.0
"""Seconds to wait for a server that starts, recovers or stops."""


class ServerFailed(RuntimeError):
    """The embedded database does not come up; the message says why and where its log lies."""


class Server:
    """A share in the running server. Detach when done; the end of the process detaches as well."""

    def __init__(self, places: Places, share: int) -> None:
        self.places = places
        self._share: int | None = share
        self._owner_pid = os.getpid()

    @property
    def owner_url(self) -> str:
        return _url(self.places, OWNER, DATABASE)

    @property
    def application_url(self) -> str:
        return _url(self.places, APPLICATION, DATABASE)

    def owner_url_of(self, database: str) -> str:
        """The owner's address of another database of the server."""
        return _url(self.places, OWNER, database)

    def create_database(self, name: str) -> None:
        """An empty database of this name; nothing happens when there is one."""
        with psycopg.connect(_url(self.places, OWNER, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def revive(self) -> None:
        """Start the server again if somebody killed it; cheap while it answers."""
        if self._share is not None and not _answers(self.places):
            with _turn(self.places.folder):
                if not _is_up(self.places):
                    _start(self.places)

    def detach(self) -> None:
        """Give the share back; whoever is the last stops the server."""
        if self._share is None or os.getpid() != self._owner_pid:
            return
        with _turn(self.places.folder):
            os.close(self._share)
            self._share = None
            last = os.open(self.places.folder / "users.lock", os.O_RDWR)
            try:
                fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                _stop(self.places)
            finally:
                os.close(last)


def attach(folder: Path) -> Server:
    """Share the server of a folder, starting it when it does not run; raises ServerFailed."""
    places = places_for(folder)
    with _turn(places.folder) as turn:
        share = os.open(places.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(share, fcntl.LOCK_SH)
            if not (places.data / "PG_VERSION").exists():
                _initialise(places, turn)
            if not _is_up(places):
                _start(places)
            _ensure_database(places)
        except BaseException:
            os.close(share)
            raise
    server = Server(places, share)
    atexit.register(server.detach)
    return server


def is_of(url: str, folder: Path) -> bool:
    """Whether the address leads to the embedded server of the folder."""
    return (folder / "users.lock").exists() and _host_of(url) == str(sockets_of(folder))


def is_embedded(url: str) -> bool:
    """Whether the address leads to the embedded server of any folder."""
    return _host_of(url).startswith(SOCKETS)


def _host_of(url: str) -> str:
    return unquote(urlsplit(url).netloc.rpartition("@")[2])


def end(folder: Path) -> None:
    """Stop the server of a scratch folder, whoever left it running, and remove everything of it."""
    if folder.exists():
        _stop(places_for(folder), "immediate")
        remove(folder)


def stop_unused(folder: Path) -> bool:
    """Stop the server of a folder whose last user was killed; False, and nothing is done, while somebody uses it."""
    places = places_for(folder)
    with _turn(places.folder):
        last = os.open(places.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_up(places):
                _stop(places)
        except BlockingIOError:
            return False
        finally:
            os.close(last)
    return True


@contextmanager
def _turn(folder: Path) -> Iterator[int]:
    """One process at a time starts or stops; answers the handle of the lock."""
    handle = os.open(folder / "turn.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _initialise(places: Places, turn: int) -> None:
    """Make the cluster beside its place and move it there, so that an interrupted start leaves no half.

    The program holds our turn as well: when we are killed it goes on for a moment, and the next start waits for it.
    """
    fresh = places.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    command = ["-D", str(fresh), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    _run(places, "initdb", *command, holding=(turn,))
    shutil.rmtree(places.data, ignore_errors=True)
    fresh.rename(places.data)


def _is_up(places: Places) -> bool:
    """Whether our own server answers; a server that is starting or stopping is waited for."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if _answers(places):
            return True
        if not _processes(places) or time.monotonic() > deadline:
            return False
        if not _postmaster_lives(places):
            _end_orphans(places)
            return False
        time.sleep(0.05)


def _answers(places: Places) -> bool:
    try:
        with psycopg.connect(_url(places, OWNER, "postgres"), connect_timeout=3) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            return row is not None and Path(row[0]).resolve() == places.data.resolve()
    except psycopg.Error:
        return False


def _postmaster_lives(places: Places) -> bool:
    """Whether the pid file names a process that is a server of this folder, not a stranger with a reused pid."""
    try:
        first = (places.data / "postmaster.pid").read_text().split("\n", 1)[0]
    except OSError:
        return False
    return first.strip().isdigit() and int(first) in _processes(places)


def _processes(places: Places) -> set[int]:
    """The server processes that work in the data folder, whatever the pid file says."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                in_folder = (entry / "cwd").readlink() == places.data.resolve()
                if in_folder and (entry / "comm").read_text().startswith("postgres"):
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def _end_orphans(places: Places) -> None:
    """After a SIGKILL of the server its backends go by themselves; the slow ones are helped."""
    deadline = time.monotonic() + 5
    while (orphans := _processes(places)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in orphans:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _start(places: Places) -> None:
    if not _processes(places):
        (places.data / "postmaster.pid").unlink(missing_ok=True)
        for left in places.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    _run(
        places, "pg_ctl", "start", "-w", "-t", str(int(PATIENCE)), "-D", str(places.data), "-l", str(places.log),
        "-o", f"-k '{places.sockets}' {options}",
    )  # fmt: skip
    if not _answers(places):
        raise ServerFailed(f"the embedded PostgreSQL started but does not answer; see {places.log}")


def _stop(places: Places, mode: str = "fast") -> None:
    if _processes(places):
        _run(places, "pg_ctl", "stop", "-m", mode, "-w", "-t", str(int(PATIENCE)), "-D", str(places.data))


def _ensure_database(places: Places) -> None:
    with psycopg.connect(_url(places, OWNER, "postgres"), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        if APPLICATION not in known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
        if DATABASE not in databases:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _run(places: Places, program: str, *arguments: str, holding: tuple[int, ...] = ()) -> None:
    """Run one of the server's programs as its user, out of reach of the terminal's Ctrl-C."""
    output = places.folder / f"{program}.log"
    with output.open("wb") as out:  # not a pipe: the server would keep it open and we would wait for ever
        finished = subprocess.run(
            [str(places.binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,
            pass_fds=holding,
            check=False,
            **places.as_user,
        )
    if finished.returncode:
        said = output.read_text(errors="replace").strip()[-600:]
        raise ServerFailed(f"{program} failed (log: {places.log}): {said}")


def _url(places: Places, role: str, database: str) -> str:
    return f"postgresql://{role}@{quote(str(places.sockets), safe='')}/{database}"
