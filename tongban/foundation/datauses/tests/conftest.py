"""The department and the persons of identity's own tests."""

from tongban.foundation.identity.tests.conftest import office, register

__all__ = ["office", "register"]
