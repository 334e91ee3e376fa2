"""The small city and the couple of the cases' own tests."""

from tongban.handling.cases.tests.conftest import city, parents

__all__ = ["city", "parents"]
