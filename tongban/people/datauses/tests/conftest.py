"""The department and the persons of identity's own tests."""

from tongban.people.identity.tests.conftest import office, register

__all__ = ["office", "register"]
