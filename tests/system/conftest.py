"""A whole running platform for the system tests: web server, worker and database, as `bin/run` starts them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ports import free_port
from tests.waiting import until
from tongban.foundation.ui.testing import chromium

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = int(os.environ.get("TEST_PATIENCE", "180"))
"""Seconds for a first start; a machine that is busy with other things may need more."""
STOPS_WITHIN = 90
"""Seconds. Web and worker get 15 to finish what they do, the database 60."""
expect.set_options(timeout=30_000)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without the variables that configure the platform and the tests."""
    ours = ("TONGBAN_", "DATABASE_", "DJANGO_", "PYTEST_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


class RunningCity:
    """A running platform: its address, data folder and processes."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "run.log"
        self.environment = clean_environment() | {
            "TONGBAN_DATA": str(folder / "data"),
            "TONGBAN_DEMO_CASES": "30",
            "PYTHONFAULTHANDLER": "1",
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tongban.site.run",
                "--port",
                str(self.port),
                "--data",
                str(folder / "data"),
                *arguments,
            ],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=3) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE, *, every: float = 0.01) -> None:
        """Wait until the condition holds. Fails at once if the platform has ended."""
        until(
            condition,
            seconds,
            every=every,
            lives=lambda: self.process.poll() is None,
            said=lambda: self.log.read_text()[-4000:],
        )

    def wait_until_healthy(self) -> None:
        self.until(self.healthy, every=0.2)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the city's database."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def worker_pid(self) -> int:
        """Return the id of the worker process, a child of the supervisor."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if parent == self.process.pid and b"worker" in command:
                    return int(entry.name)
        raise LookupError("no worker runs")

    def stop(self) -> int:
        """Stop the platform as Ctrl-C does, and return its exit code. If it hangs, the failure shows its stack."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            pytest.fail(f"the platform does not stop:\n{self.log.read_text()[-6000:]}")


@contextmanager
def started(prefix: str, prepare: Callable[[Path], None] = lambda data: None) -> Iterator[RunningCity]:
    """Run a platform on its own data folder, which `prepare` may fill, and stop it as Ctrl-C does."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)  # as root, the database server runs as another user
    try:
        prepare(folder / "data")
        running = RunningCity(folder)
        try:
            running.wait_until_healthy()
            yield running
            assert running.stop() == 0, running.log.read_text()[-2000:]
        finally:
            running.process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def city():
    """A platform that started on an empty data folder."""
    with started("tongban-city-") as running:
        yield running


@pytest.fixture(scope="package")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    one = context.new_page()
    one.set_default_timeout(30_000)
    yield one
    context.close()
