"""The town of the work orders' own tests."""

from tongban.people.workorders.tests.conftest import town

__all__ = ["town"]
