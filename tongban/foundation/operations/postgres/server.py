"""Start, share and stop one server."""

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
"""No TCP, and no statements with their values in the log. WAL summaries allow incremental backups, and the WAL written
during a backup is kept until it has been copied."""
STARTUP_TIMEOUT = 60.0
"""Seconds to wait for a server to start, recover or stop."""


class ServerFailed(RuntimeError):
    """The embedded database did not start; the message says why and where its log is."""


class Server:
    """A process's share in the running server. Detach when done; the end of the process detaches as well."""

    def __init__(self, places: Places, share: int) -> None:
        self.places = places
        self._share: int | None = share
        self._owner_pid = os.getpid()

    @property
    def owner_url(self) -> str:
        """The database URL for the owner's role, which may change tables."""
        return _url(self.places, OWNER, DATABASE)

    @property
    def application_url(self) -> str:
        """The database URL for the application's role."""
        return _url(self.places, APPLICATION, DATABASE)

    def owner_url_of(self, database: str) -> str:
        """Return the owner's URL of another database of the server."""
        return _url(self.places, OWNER, database)

    def create_database(self, name: str) -> None:
        """Create an empty database, unless there is already one of this name."""
        with psycopg.connect(_url(self.places, OWNER, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def revive(self) -> None:
        """Restart the server if it was killed. Cheap while it answers."""
        if self._share is not None and not _answers(self.places):
            with _turn(self.places.folder):
                if not _is_up(self.places):
                    _start(self.places)

    def detach(self) -> None:
        """Release this share. The last process to do so stops the server."""
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
    """Attach to a folder's server, and start it if it is not running. Raises ServerFailed."""
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


def is_server_of(url: str, folder: Path) -> bool:
    """Return whether a database URL leads to the embedded server of the folder."""
    return (folder / "users.lock").exists() and _host_of(url) == str(sockets_of(folder))


def is_embedded(url: str) -> bool:
    """Return whether a database URL leads to the embedded server of any folder."""
    return _host_of(url).startswith(SOCKETS)


def _host_of(url: str) -> str:
    return unquote(urlsplit(url).netloc.rpartition("@")[2])


def end(folder: Path) -> None:
    """Stop the server of a scratch folder, even if another process left it running, and delete all its files."""
    if folder.exists():
        _stop(places_for(folder), "immediate")
        remove(folder)


def stop_unused(folder: Path) -> bool:
    """Stop a folder's server if no process uses it. Return False, without doing anything, if one does."""
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
    """Let only one process at a time start or stop the server. Yields the handle of the lock."""
    handle = os.open(folder / "turn.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _initialise(places: Places, turn: int) -> None:
    """Create the cluster in a temporary folder and rename it, so that an interrupted start leaves nothing incomplete.

    `initdb` inherits the lock: if this process is killed, `initdb` runs on for a moment, and the next start waits for
    it.
    """
    fresh = places.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    command = ["-D", str(fresh), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    _run(places, "initdb", *command, holding=(turn,))
    shutil.rmtree(places.data, ignore_errors=True)
    fresh.rename(places.data)


def _is_up(places: Places) -> bool:
    """Return whether this folder's server answers. Wait for a server that is starting or stopping."""
    deadline = time.monotonic() + STARTUP_TIMEOUT
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
    """Return whether the process in the pid file is a server of this folder, not another program with a reused pid."""
    try:
        first = (places.data / "postmaster.pid").read_text().split("\n", 1)[0]
    except OSError:
        return False
    return first.strip().isdigit() and int(first) in _processes(places)


def _processes(places: Places) -> set[int]:
    """Return the server processes that run in the data folder, whatever the pid file says."""
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
    """Wait until the backends of a killed server have ended, and kill those that take longer than five seconds."""
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
        places, "pg_ctl", "start", "-w", "-t", str(int(STARTUP_TIMEOUT)), "-D", str(places.data), "-l", str(places.log),
        "-o", f"-k '{places.sockets}' {options}",
    )  # fmt: skip
    if not _answers(places):
        raise ServerFailed(f"the embedded PostgreSQL started but does not answer; see {places.log}")


def _stop(places: Places, mode: str = "fast") -> None:
    if _processes(places):
        _run(places, "pg_ctl", "stop", "-m", mode, "-w", "-t", str(int(STARTUP_TIMEOUT)), "-D", str(places.data))


def _ensure_database(places: Places) -> None:
    with psycopg.connect(_url(places, OWNER, "postgres"), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        if APPLICATION not in known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
        if DATABASE not in databases:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _run(places: Places, program: str, *arguments: str, holding: tuple[int, ...] = ()) -> None:
    """Run one of PostgreSQL's programs as the server's user, unaffected by Ctrl-C in the terminal."""
    output = places.folder / f"{program}.log"
    with output.open("wb") as out:  # not a pipe: the server would keep it open, and we would wait forever
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
