"""The environment of all tests: a database is attached before the settings are read, and tests run as its owner."""

import os

from tongban.site.bootstrap import data_folder, prepare_environment

prepare_environment()
os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")

import django  # noqa: E402

django.setup()

import pytest  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

hypothesis_settings.register_profile("tongban", deadline=None, max_examples=60, print_blob=True)
hypothesis_settings.load_profile("tongban")


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
    """Cheap password hashing, files of its own, no shared connections between a test's threads."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FILE_FOLDER, settings.FILE_STORE = tmp_path / "files", None
