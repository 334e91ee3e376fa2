"""Fixtures of the window's tests: a small city, a couple of parents, a clerk at a window, and a hall with a reader."""

import pytest

from tongban.handling.cases.tests.conftest import city, parents
from tongban.people.signin.tests.conftest import later
from tongban.portal.window.tests.hall import open_hall
from tongban.portal.window.tests.test_window import window

__all__ = ["city", "later", "parents", "window"]


@pytest.fixture
def hall(window, tmp_path):
    """A window with its document reader and a colleague, and a stranger's account in the mother's name."""
    return open_hall(window, tmp_path)
