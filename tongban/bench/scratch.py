"""The scratch city in which every benchmark runs: a database, keys and files of its own, gone after the run.

A base city is built once, in a temporary folder or in one that is kept (`--city`). Each run gets a copy of the base's
database and files, brought up to date with today's code, and drops it at the end, whatever ends the run.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql

from tongban.foundation.operations import postgres
from tongban.site import processes
from tongban.site.bootstrap import ROOT

CASES = 300
"""Past cases of a scratch city that is not asked to have more."""
IN_BULK = 2000
"""From this number of cases on, they are made in bulk (`city build --cases`), not by the services."""
BUILT = "bench-city-is-built"
PREFIX = "bench_"
"""Beginning of the names of scratch databases; the number of the process that uses it follows."""
KEPT = ("TONGBAN_WEB_WORKERS", "TONGBAN_WEB_THREADS", "TONGBAN_POOL", "TONGBAN_PASSWORD_ITERATIONS")
"""Settings of the caller that also hold in the scratch city. All others are the defaults of a development platform."""
OURS = ("TONGBAN_", "DATABASE_", "DJANGO_")


@contextmanager
def city(base: Path | None = None, cases: int = CASES) -> Iterator[dict[str, str]]:
    """Make a scratch city. Yields the environment of the processes that run in it.

    `base` is a folder in which the base city is kept for the next run; without it everything is temporary. Raises
    RuntimeError if the city cannot be built. A SIGTERM, or the end of the terminal, ends the block like Ctrl-C.
    """
    with _ended_like_an_interrupt(), _folder(base) as folder:
        server = postgres.attach(folder / "postgres")
        try:
            _drop_left_over(server)
            if not (folder / BUILT).exists():
                _build(folder, server, cases)
            with _copied(folder, server) as environment:
                yield environment
        finally:
            server.detach()


def is_scratch(database: str) -> bool:
    """Return whether a database of this name was made for one run."""
    return database.startswith(PREFIX)


@contextmanager
def _folder(base: Path | None) -> Iterator[Path]:
    if base is not None:
        base.mkdir(parents=True, exist_ok=True)
        yield base.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    folder.chmod(0o755)  # a server started by root runs as another user
    try:
        yield folder
    finally:
        postgres.end(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def _build(folder: Path, server: postgres.Server, cases: int) -> None:
    environment = _environment(folder, server.owner_url, server.owner_url)
    _say(f"building a base city with {cases} cases in {folder} …")
    bulk = cases >= IN_BULK
    manage(["setup"], environment | {"TONGBAN_DEMO_CASES": str(CASES if bulk else cases)})
    if bulk:
        manage(["city", "build", "--cases", str(cases)], environment)
    (folder / BUILT).touch()


@contextmanager
def _copied(folder: Path, server: postgres.Server) -> Iterator[dict[str, str]]:
    name = f"{PREFIX}{os.getpid()}"
    run = folder / name
    try:  # an interrupt may arrive while the server creates the database
        _command(server, "CREATE DATABASE {} TEMPLATE {}", name, "tongban")
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        for kept in folder.glob("*"):
            if kept.name in {"files", "keys"}:
                shutil.copytree(kept, run / kept.name)
            elif kept.suffix in {".env", ".pem"}:
                shutil.copy2(kept, run)
        owner, application = (f"{url.rpartition('/')[0]}/{name}" for url in (server.owner_url, server.application_url))
        _say("bringing a copy of the base city up to date …")
        manage(["setup"], _environment(run, owner, owner) | {"TONGBAN_DEMO_CASES": "0"})
        yield _environment(run, application, owner)
    finally:
        _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        shutil.rmtree(run, ignore_errors=True)


def _environment(data: Path, application: str, owner: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in KEPT or not key.startswith(OURS)}
    return kept | {
        "TONGBAN_DATA": str(data),
        "DATABASE_URL": application,
        "DATABASE_OWNER_URL": owner,
        "PYTHONUNBUFFERED": "1",
    }


def manage(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a management command in the scratch city and return its output. Raises RuntimeError if it fails."""
    done = processes.run([sys.executable, str(ROOT / "manage.py"), *command], environment, output=subprocess.PIPE)
    written = done.stdout.decode()
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(command)} failed: {written[-600:]}")
    return written


def _drop_left_over(server: postgres.Server) -> None:
    """Drop the databases of runs that were killed."""
    with psycopg.connect(server.owner_url_of("postgres"), autocommit=True) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
    for name in filter(is_scratch, names):
        if not Path(f"/proc/{name.removeprefix(PREFIX)}").exists():
            _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            shutil.rmtree(server.places.folder.parent / name, ignore_errors=True)


def _command(server: postgres.Server, command: str, *names: str) -> None:
    with psycopg.connect(server.owner_url_of("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in processes.ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)
