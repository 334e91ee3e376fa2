"""Fixtures of the rooms that the tests walk through."""

from tongban.handling.cases.tests.conftest import city, parents
from tongban.people.identity.tests.conftest import office, register
from tongban.people.signin.tests.conftest import account, later
from tongban.portal.acting.tests.helping import helping, people
from tongban.portal.window.tests.test_window import window

__all__ = ["account", "city", "helping", "later", "office", "parents", "people", "register", "window"]
