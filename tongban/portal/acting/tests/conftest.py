from tongban.handling.cases.tests.conftest import city, parents
from tongban.portal.acting.tests.helping import helping, people

__all__ = ["city", "helping", "parents", "people"]
