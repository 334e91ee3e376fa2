"""A first start that is killed repeatedly, a platform that is killed, and an empty start that sets the old city aside.

All tests use one data folder, so that the city is built once.
"""

import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.system.conftest import RunningCity
from tests.waiting import until
from tongban.foundation.operations import folder as folders
from tongban.foundation.operations import postgres
from tongban.foundation.operations.postgres import places
from tongban.foundation.operations.postgres.server import OWNER, _url
from tongban.site import processes

SEED = 20261130


def tables_of(data):
    """Return how many migrations have been applied; 0 while there is no answer."""
    try:
        with psycopg.connect(_url(places.places_for(data / "postgres"), OWNER, "tongban")) as connection:
            return connection.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    except psycopg.Error:
        return 0


def moments(chance):
    """Return a random moment in each phase of the first start; the seed is fixed, so that every run is the same."""
    migrations = chance.randrange(1, 90)
    words = chance.choice(["行政区划", "工作人员", "共享数据"])
    return [
        ("while the cluster is made", lambda city, data: (data / "postgres" / "data.new" / "base").exists()),
        ("while tables are made", lambda city, data: tables_of(data) >= migrations),
        ("while the city is built", lambda city, data: words in city.log.read_text()),
        ("while its history is written", lambda city, data: "published" in city.log.read_text()),
    ]


def kill(city):
    city.process.kill()
    city.process.wait()


class Place:
    """A data folder on which platforms are started one after the other."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tongban-killed-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.started = []

    def start(self, *arguments, **options):
        self.started.append(RunningCity(self.folder, *arguments, **options))
        return self.started[-1]

    def built(self):
        """A platform that has started with the demo city."""
        city = self.start()
        city.wait_until_healthy()
        city.until(lambda: "Ctrl-C stops" in city.log.read_text())
        return city


@pytest.fixture(scope="module")
def place():
    place = Place()
    yield place
    folder = place.folder
    for city in place.started:
        kill(city)
    left = folders.record(folder / "data")
    if left:
        processes.end_instance(left.instance)
    if (folder / "data" / "postgres").exists():
        postgres.stop_unused(folder / "data" / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def test_a_first_start_killed_in_any_phase_is_completed_by_the_next(place):
    chance, data = random.Random(SEED), place.data
    for what, reached in moments(chance):
        city = place.start()
        city.until(lambda city=city, reached=reached: reached(city, data))
        extra = time.monotonic() + chance.random() / 2
        city.until(lambda extra=extra: time.monotonic() > extra)
        kill(city)
        assert "is ready" not in city.log.read_text(), what
    city = place.built()
    checked = city.manage("city", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert city.manage("ledger", "check").returncode == 0
    kill(city)


@pytest.mark.req("G1")
def test_a_killed_platform_leaves_no_processes_and_the_next_start_ends_stopped_ones(place):
    data = place.data
    city = place.built()
    instance = folders.record(data).instance
    deaf = city.worker_pid()
    os.kill(deaf, signal.SIGSTOP)
    kill(city)
    until(
        lambda: processes.of_instance(instance) == {deaf},
        30,
        said=lambda: f"{processes.of_instance(instance)} are left",
    )
    again = place.start(port=city.port)
    again.wait_until_healthy()
    assert not processes.of_instance(instance)
    assert "Ended 1 processes" in again.log.read_text()
    assert again.stop() == 0
    assert not processes.of_instance(folders.record(data).instance)


def test_a_fresh_start_sets_the_city_aside_and_it_can_be_restored(place):
    data = place.data
    assert place.built().stop() == 0
    fresh = place.start("--fresh")
    fresh.until(lambda: "Preparing the parts" in fresh.log.read_text())
    kill(fresh)
    said = fresh.log.read_text()
    (name,) = folders.set_aside_names(data)
    assert f"put aside in {data / 'set-aside' / name}" in said
    assert f"--bring-back {name}" in said
    assert "rm -r" in said
    back = place.start("--bring-back", name)
    back.wait_until_healthy()
    checked = back.manage("city", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "不用重复建立" in back.log.read_text()
    assert back.stop() == 0
