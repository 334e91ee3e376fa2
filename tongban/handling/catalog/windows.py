"""Put into the standard catalogue what belongs to the city: its windows, telephone numbers and names.

The city keeps them in one YAML file, named by TONGBAN_CITY_WINDOWS; `CityWindows` is its schema.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from tongban.foundation.city import city
from tongban.handling.catalog.parsing import Document, parsed, validated
from tongban.handling.catalog.schema import Part

_WORD = re.compile(r"\{(city|city_short|plate|district|street)\}")
"""What item files may write in place of a name or number of the city."""


class Window(Part):
    """Where people apply for items, and whom they call. What is left out comes from the next wider entry."""

    phone: str | None = None
    supervision_phone: str | None = None
    address: str | None = None
    hours: str | None = None


class ServiceHall(Part):
    """A service hall of the city, a district or a street. At an address of windows, it is the hall of these windows."""

    name: str
    area: str
    """Whom it serves: the city, or a district or street with the district's name before it."""
    address: str
    phone: str | None = None
    hours: str | None = None
    """When it is open; the default's hours if left out."""


class BundleWindow(Part):
    """The same for a bundle. What is left out stays as in the bundle's own file."""

    phone: str | None = None
    supervision_phone: str | None = None
    address: str | None = None
    hours_open: str | None = None


class CityWindows(Part):
    """The file of one city."""

    revision: int = 0
    """Rises with every change that concerns items or bundles. It is added to the versions of all of them, so that what
    was published before keeps its content."""
    district: str
    """A district of the city, for the examples beside form fields."""
    street: str
    """A street office without 街道, for the same examples."""
    default: Window = Window()
    departments: dict[str, Window] = {}
    """By the name of the item's department."""
    halls: tuple[ServiceHall, ...] = ()
    """In the order in which they are shown. They change no item, so they need no new revision."""
    items: dict[str, Window] = {}
    """By the item's code, where an item has a window of its own."""
    bundles: dict[str, BundleWindow] = {}

    def filled(self, values: dict[str, object]) -> dict[str, object]:
        """Return the values of an item or bundle with what belongs to the city. What the file itself says counts."""
        words = {
            "city": city().name,
            "city_short": city().short,
            "plate": city().plate,
            "district": self.district,
            "street": self.street,
        }
        named = {key: _named(value, words) for key, value in values.items()}
        version = named.get("version", 1)
        if self.revision and isinstance(version, int):
            named["version"] = version + self.revision
        return self._window(named) | named

    def _window(self, values: dict[str, object]) -> dict[str, object]:
        if "code" not in values:
            return _said(self.bundles.get(str(values.get("key"))))
        department, code = str(values.get("department")), str(values["code"])
        return _said(self.default) | _said(self.departments.get(department)) | _said(self.items.get(code))


def of_city() -> tuple[CityWindows | None, Document]:
    """Return the windows of the city that this process serves, and their file. Errors are remarks of the file."""
    return _at(Path(settings.CITY_WINDOWS))


@cache
def _at(path: Path) -> tuple[CityWindows | None, Document]:
    document, values = parsed(path)
    return None if values is None else validated(document, CityWindows, values), document


def _said(window: Window | BundleWindow | None) -> dict[str, object]:
    return window.model_dump(exclude_none=True) if window else {}


def _named(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _WORD.sub(lambda word: words[word[1]], value)
    if isinstance(value, list):
        return [_named(one, words) for one in value]
    if isinstance(value, dict):
        return {key: _named(one, words) for key, one in value.items()}
    return value
