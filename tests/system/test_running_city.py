"""The whole platform from an operator's view: it starts, recovers, loses nothing, and completes a journey."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("city")


def test_the_platform_starts_and_prints_its_address(city):
    assert city.healthy()
    deadline = time.monotonic() + 60
    while "Ctrl-C stops everything" not in city.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert f"is ready:  http://localhost:{city.port}" in city.log.read_text()
    assert "liwenmin" in city.log.read_text()


@pytest.mark.req("C1", "C3")
def test_every_bundle_and_many_items_can_be_completed(city):
    walked = city.manage("journey", "all", "--items", "12")
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.count("✓") == 15 + 12


@pytest.mark.req("C3")
def test_the_newborn_journey_completes_and_every_result_verifies(city):
    walked = city.manage("journey", "newborn")
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert "9 个办件已提交" in walked.stdout
    assert walked.stdout.count("签名有效") == 9


@pytest.mark.req("G1")
def test_a_killed_worker_loses_nothing_and_issues_nothing_twice(city):
    """The worker is killed repeatedly while the journey runs."""
    journey = subprocess.Popen(
        [sys.executable, "manage.py", "journey", "newborn"],
        env=city.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for _ in range(2):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and journey.poll() is None:
            try:
                os.kill(city.worker_pid(), signal.SIGKILL)
                break
            except (LookupError, ProcessLookupError):
                time.sleep(0.1)
    said, _ = journey.communicate(timeout=150)
    assert journey.returncode == 0, said
    assert said.count("签名有效") == 9
    city.wait_until_healthy()
    checked = city.manage("city", "check")
    assert checked.returncode == 0, checked.stderr


def first_line(file):
    """Return the first line of a file, or "" while there is none: the launcher removes the old file first."""
    try:
        return file.read_text().partition("\n")[0]
    except FileNotFoundError:
        return ""


@pytest.mark.req("G1")
def test_a_killed_database_is_restarted(city):
    pid_file = Path(city.environment["TONGBAN_DATA"]) / "postgres" / "data" / "postmaster.pid"
    before = pid_file.read_text().split()[0]
    os.kill(int(before), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and first_line(pid_file) == before:
        time.sleep(0.1)
    city.wait_until_healthy()
    assert city.manage("city", "check").returncode == 0
