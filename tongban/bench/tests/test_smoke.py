"""Every benchmark runs for an instant in one scratch city, and finds nothing wrong there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.signals import ending_signals_end
from tests.waiting import until
from tongban.bench import scratch
from tongban.bench.table import BENCHES
from tongban.site.bootstrap import ROOT

SHORT = ["--times", "3", "--seconds", "0.5", "--clients", "2", "--megabytes", "1"]
CASES = 30


@pytest.fixture(scope="module")
def base():
    folder = Path(tempfile.mkdtemp(prefix="tongban-bench-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def environment(base):
    with scratch.city(base, CASES) as made:
        yield made


def databases(environment):
    """Return the names of the scratch databases on the base city's server."""
    url = f"{environment['DATABASE_OWNER_URL'].rpartition('/')[0]}/postgres"
    with psycopg.connect(url) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
    return {name for name in names if scratch.is_scratch(name)}


def outside():
    """Return the variables of a process that chooses its own database."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "PYTEST_"))}


def measured(environment, *command):
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", *command, *SHORT],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr[-3000:]


@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_measures_right_answers_only(environment, name):
    code, found, said = measured(environment, name, "--in-place")
    assert found.get("errors") == {"count": 0, "first": []}, said
    assert code == 0
    assert found["bench"] == name
    assert len(found) > 3, "it measured nothing"


def test_bench_pages_reaches_the_pages_of_each_kind_of_person(environment):
    _, found, said = measured(environment, "pages", "--in-place", "--only", "catalog:search")
    assert found, said
    by_role = {(row["role"], row["page"]) for row in found["fixed"]}
    assert {("nobody", "nothing"), ("citizen", "shell"), ("head", "nothing")} <= by_role, said
    search = {row["role"]: row for row in found["pages"] if row["page"] == "catalog:search, found"}
    assert search["nobody"]["status"] == search["citizen"]["status"] == 200
    assert search["nobody"]["bytes"] > 5000
    assert not {"home", "my:application", "cases:check", "desk:case", "audit:search"} & set(found["not_reached"])


def test_in_place_is_refused_outside_a_scratch_city(environment, base):
    real = environment | {key: environment[key].rpartition("/")[0] + "/tongban" for key in ("DATABASE_URL",)}
    code, _, said = measured(real, "search", "--in-place")
    assert code == 1
    assert "scratch city" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_benchmark_leaves_no_database_behind(environment, base, number):
    before = databases(environment)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "bench", "search", "--city", str(base), "--times", "1000000"],
        cwd=ROOT, env=outside(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=ending_signals_end,  # noqa: PLW1509 - the child gets no lock of ours
    )  # fmt: skip
    try:
        mine = {f"{scratch.PREFIX}{process.pid}"}
        until(lambda: databases(environment) == before | mine, 120, lives=lambda: process.poll() is None)
        os.killpg(process.pid, number)  # as Ctrl-C in a terminal reaches all processes of the command
        assert process.wait(60) != 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert databases(environment) == before
    assert not (base / mine.pop()).exists()


def test_what_a_killed_benchmark_left_is_dropped_by_the_next(environment, base):
    """Process ids end at 4194304, so no process has this one."""
    before = databases(environment)
    owner = environment["DATABASE_OWNER_URL"].rpartition("/")[0]
    with psycopg.connect(f"{owner}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench_4999999")
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "search", "--city", str(base), *SHORT],
        cwd=ROOT, env=outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert databases(environment) == before
