"""Fixtures of the identity tests: a department and persons."""

from tongban.people.identity.tests.conftest import office, register

__all__ = ["office", "register"]
