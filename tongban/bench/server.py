"""The real web server and worker as child processes of a benchmark. What they log as errors counts as problems."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tongban.bench.problems import Problems
from tongban.site import processes
from tongban.site.bootstrap import ROOT
from tongban.site.run import web_command

STARTS_WITHIN = 60
"""Seconds."""
ALARMS = (" ERROR ", " CRITICAL ", "Traceback (most recent call last)")


@dataclass(frozen=True)
class Server:
    """A web server that runs."""

    port: int
    pid: int


@contextmanager
def web(problems: Problems, application: str = "", **environment: str) -> Iterator[Server]:
    """Run the web server on a free port, with our application or another one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = web_command(port)
    if application:
        command[1] = application
    with _running("web", command, problems, environment) as pid:
        _wait(port)
        yield Server(port, pid)


@contextmanager
def worker(problems: Problems) -> Iterator[int]:
    """Run the city's worker. Yields its process id."""
    with _running("worker", [sys.executable, str(ROOT / "manage.py"), "worker"], problems, {}) as pid:
        yield pid


@contextmanager
def sequencer(problems: Problems) -> Iterator[int]:
    """Run only the ledger's sequencer. Yields its process id."""
    with _running("sequencer", [sys.executable, str(ROOT / "manage.py"), "sequencer"], problems, {}) as pid:
        yield pid


@contextmanager
def _running(name: str, command: list[str], problems: Problems, more: dict[str, str]) -> Iterator[int]:
    with tempfile.NamedTemporaryFile(prefix=f"tongban-bench-{name}-", suffix=".log") as log:
        process = processes.start(command, own_group=False, environment={**os.environ, **more}, output=log, errors=log)
        try:
            yield process.pid
            problems.expect(process.poll() is None, f"the {name} process ended with {process.poll()} during the run")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _read(name, Path(log.name), problems)


def _read(name: str, log: Path, problems: Problems) -> None:
    for line in log.read_text(errors="replace").splitlines():
        if any(alarm in line for alarm in ALARMS):
            problems.add(f"{name} log: {line.partition(' ERROR ')[2] or line}")


def _wait(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")
