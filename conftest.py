"""The environment of all tests: a database is attached before the settings are read, and tests run as its owner."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tongban.site.bootstrap import data_folder, prepare_environment

prepare_environment()
os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")

import django  # noqa: E402

django.setup()

import pytest  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from pytest_django.plugin import blocking_manager_key  # noqa: E402

from tongban.foundation.clock import CITY_TIME  # noqa: E402

# The same examples in every run, however slow the machine: what fails here fails everywhere.
hypothesis_settings.register_profile(
    "tongban", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("tongban")

DATABASE = {"db", "transactional_db", "live_server"}
MIDNIGHT_IS_NEAR = timedelta(seconds=20)


def _seconds_over_midnight(now: datetime) -> float:
    """How long to wait so that a short test does not begin on one day, of the city or of UTC, and end on the next."""
    for zone in (CITY_TIME, UTC):
        local = now.astimezone(zone)
        tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if tomorrow - local <= MIDNIGHT_IS_NEAR:
            return (tomorrow - local).total_seconds() + 0.1
    return 0


def pytest_runtest_setup(item: pytest.Item) -> None:
    time.sleep(_seconds_over_midnight(datetime.now(UTC)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test leaves the ledger empty, since what a process or a thread wrote there would meet the next test.

    Counts in the cache are cleared: a transactional test empties the tables of models only.
    """
    yield
    if nextitem is None:
        return  # the database is gone with the session
    if item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ())):
        from django.core.cache import cache

        from tongban.foundation.ledger.models import Entry

        with item.config.stash[blocking_manager_key].unblock():
            cache.clear()
            left = list(Entry.objects.values_list("type", flat=True)[:5])
        assert not left, f"left in the ledger: {', '.join(left)} … (is it written by a process? then transaction=True)"


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    import tongban.foundation.announcements.testing  # empties the queue after each transactional test
    import tongban.foundation.workdays.testing  # noqa: F401, and fills the calendar again
    from tongban.foundation.ledger.testing import allow_emptying

    settings.KEY_CACHE_SECONDS = 24 * 3600  # a test counts queries: keys are not read again in the middle of a page
    allow_emptying()
    data_folder().joinpath("static").mkdir(parents=True, exist_ok=True)  # whitenoise looks for it at each start


@pytest.fixture(autouse=True)
def _quick_and_apart(settings, tmp_path):
    """Cheap password hashing, and files of its own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FILE_FOLDER, settings.FILE_STORE = tmp_path / "files", None
