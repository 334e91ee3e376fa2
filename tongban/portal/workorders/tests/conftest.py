"""The town of the work order tests."""

from tongban.people.workorders.tests.conftest import town

__all__ = ["town"]
