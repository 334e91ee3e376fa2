"""The environment of all tests: attaches a database before the settings are read; tests run as its owner."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.site.bootstrap import data_folder, prepare_environment

prepare_environment()
os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's event loop runs in the test's thread
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")

import django  # noqa: E402

django.setup()

import pytest  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from pytest_django.fixtures import Settings  # noqa: E402
from pytest_django.plugin import blocking_manager_key  # noqa: E402

from tongban.foundation.clock import CITY_TIME  # noqa: E402

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# The same examples in every run, on machines of any speed, so that failures are reproducible.
hypothesis_settings.register_profile(
    "tongban", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("tongban")

DATABASE = {"db", "transactional_db", "live_server"}
SLOTS = "tongban.foundation.ui.slots"
"""The logger that names rooms which failed to fill a slot."""
TOGETHER = (
    "tongban/bench/tests/test_smoke.py",
    "tests/system/test_interrupted_starts.py",
    "tests/system/test_old_city.py",
    "tests/system/",
)
"""Beginnings of paths whose tests share what is costly to start, such as a running city: each group stays in one
process. The first that fits counts. (The marker `xdist_group` does not reach the scheduler since pytest 9.2.)"""
MIDNIGHT_IS_NEAR = timedelta(seconds=20)


def _seconds_over_midnight(now: datetime) -> float:
    """Return the seconds to wait so that a short test does not run across midnight, in the city's time or in UTC."""
    for zone in (CITY_TIME, UTC):
        local = now.astimezone(zone)
        tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if tomorrow - local <= MIDNIGHT_IS_NEAR:
            return (tomorrow - local).total_seconds() + 0.1
    return 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Keep the tests of a group in one process, and hand out all others one by one."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


def group_of(nodeid: str) -> str:
    """Return the name of the group in which a test runs, or the test itself."""
    return next((beginning for beginning in TOGETHER if nodeid.startswith(beginning)), nodeid)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait if midnight is near."""
    time.sleep(_seconds_over_midnight(datetime.now(UTC)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Clear the caches and check that the ledger is empty: rows of a process or thread would affect later tests.

    The caches must be cleared because a transactional test empties only the tables of models.
    """
    yield
    if nextitem is None:
        return  # the database is dropped with the session
    if item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ())):
        from django.core.cache import caches

        from tongban.trust.ledger.models import Entry

        with item.config.stash[blocking_manager_key].unblock():
            for cache in caches.all():
                cache.clear()
            left = list(Entry.objects.values_list("type", flat=True)[:5])
        assert not left, (
            f"left in the ledger: {', '.join(left)} … (written by another process? then use transaction=True)"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks of tests with Django."""
    from django.conf import settings

    import tongban.foundation.announcements.testing  # empties the queue after each transactional test
    import tongban.foundation.ui.testing  # drops the kept pages
    import tongban.foundation.workdays.testing  # noqa: F401, and reloads the calendar
    from tongban.foundation.testing import empty_quickly
    from tongban.trust.ledger.testing import allow_emptying

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.KEY_CACHE_SECONDS = 24 * 3600  # tests count queries, so keys must not be read again while a page renders
    allow_emptying()
    empty_quickly()
    data_folder().joinpath("static").mkdir(parents=True, exist_ok=True)  # whitenoise expects it at each start


@pytest.fixture(autouse=True)
def _slots_are_filled(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test if a room failed to fill its slot: the page leaves it out, so nobody would notice."""
    yield
    failed = [record.getMessage() for record in caplog.get_records("call") if record.name == SLOTS]
    assert not failed, failed


@pytest.fixture(autouse=True)
def _quick_and_apart(settings: Settings, tmp_path: Path) -> None:
    """Use cheap password hashing, and a separate file folder for each test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FILE_FOLDER, settings.FILE_STORE = tmp_path / "files", None
