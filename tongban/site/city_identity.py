"""A database belongs to one city: what was published, signed and numbered there carries its code."""

import re

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tongban.people.organisation import queries as organisation

DIVISIONS = "organisation_division"


def check() -> None:
    """Raise ImproperlyConfigured if the database has divisions and the code of the settings is none of them.

    A code within one of the cities is accepted: its own division may not be established yet.
    """
    if DIVISIONS not in connection.introspection.table_names():
        return  # a new database
    code: str = settings.CITY.code
    cities = list(organisation.divisions("city").values_list("code", "name"))
    if not cities or any(code.startswith(re.sub("(00)+$", "", city)) for city, _ in cities):
        return
    if organisation.divisions().filter(code=code).exists():
        return
    owner = ", ".join(f"{name} ({city})" for city, name in cities)
    raise ImproperlyConfigured(
        f"Tongban cannot start: this database belongs to {owner}, but TONGBAN_CITY_CODE is {code}: put back"
        " TONGBAN_CITY_CODE, TONGBAN_CITY_NAME and TONGBAN_CITY_WINDOWS of that city, or use another TONGBAN_DATA"
        " or DATABASE_URL."
    )
