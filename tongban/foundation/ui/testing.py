"""For tests: a real browser, driven from the test's own thread. Kept pages are dropped after transactional tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections

from tongban.foundation.testing import emptied
from tongban.foundation.ui import by_version, publications
from tongban.foundation.ui.kept_pages import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def forget_pages() -> None:
    """Drop the kept pages, which show rows that are gone, and the connections, which would keep the database."""
    pages.clear()
    by_version.clear_all()
    publications.close()


emptied.append(forget_pages)


@contextmanager
def chromium(*more: str) -> "Iterator[Browser]":
    """Start Chromium through Playwright, with `more` command-line arguments.

    While it runs, this thread has an event loop, and Django uses separate database connections in such a thread. They
    are closed at the end, because open connections would prevent dropping the test database.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()
