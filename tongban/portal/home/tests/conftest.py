from tongban.handling.cases.tests.conftest import application, city, handled, parents
from tongban.handling.catalog.tests.conftest import departments, loaded

__all__ = ["application", "city", "departments", "handled", "loaded", "parents"]
