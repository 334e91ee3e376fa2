"""Fixtures of the case tests: a small city and a couple of parents."""

from tongban.handling.cases.tests.conftest import city, parents

__all__ = ["city", "parents"]
