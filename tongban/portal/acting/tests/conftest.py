from tongban.handling.cases.tests.conftest import city, parents

__all__ = ["city", "parents"]
