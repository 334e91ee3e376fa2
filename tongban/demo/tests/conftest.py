"""Fixtures of the demo's tests: an account with a phone, and a window that checks somebody's identity."""

from tongban.handling.cases.tests.conftest import city, parents
from tongban.people.identity.tests.conftest import office, register
from tongban.people.signin.tests.conftest import account
from tongban.portal.window.tests.conftest import hall
from tongban.portal.window.tests.test_window import window

__all__ = ["account", "city", "hall", "office", "parents", "register", "window"]
