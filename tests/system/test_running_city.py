"""The whole platform from an operator's view: it starts, recovers, loses nothing, and completes a journey."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import until


def test_the_platform_starts_and_prints_its_address(city):
    assert city.healthy()
    city.until(lambda: "Ctrl-C stops everything" in city.log.read_text(), 60)
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
    killed: set[int] = set()

    def kill_a_new_worker():
        try:
            pid = city.worker_pid()
            if pid in killed:
                return False  # the kill is not complete
            os.kill(pid, signal.SIGKILL)
        except (LookupError, ProcessLookupError):
            return False
        killed.add(pid)
        return True

    for _ in range(2):
        until(kill_a_new_worker, lives=lambda: journey.poll() is None, said=lambda: f"{len(killed)} killed")
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
    city.until(lambda: first_line(pid_file) != before, 30)
    city.wait_until_healthy()
    assert city.manage("city", "check").returncode == 0
