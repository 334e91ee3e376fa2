"""The service halls of the city: where windows are, as the city's file says."""

from dataclasses import dataclass, replace

from tongban.handling.catalog.windows import CityWindows, ServiceHall, of_city
from tongban.handling.catalog.words import written


@dataclass(frozen=True)
class HallWindow:
    """The window of one department."""

    department: str
    phone: str
    supervision_phone: str


@dataclass(frozen=True)
class Hall:
    """One hall with all windows there."""

    name: str
    """Its name, or its address if the city's file gives it none."""
    area: str
    """Whom it serves; empty if the file does not say."""
    address: str
    hours: str
    phone: str
    windows: tuple[HallWindow, ...]


def halls(text: str = "") -> list[Hall]:
    """Return the halls with their windows, as the city's file lists them; empty if the file has errors.

    With a text, only the halls whose name, area or address contains it, and those with such a department, whose other
    windows are then left out.
    """
    found, _ = of_city()
    everything = _halls(found) if found else []
    wanted = written(text).replace(" ", "")
    return [hall for one in everything if (hall := _matching(one, wanted))] if wanted else everything


def main_address() -> str:
    """Return the address of the windows of all departments that have none of their own; empty if there is none."""
    found, _ = of_city()
    return (found.default.address if found else None) or ""


def _halls(found: CityWindows) -> list[Hall]:
    there: dict[tuple[str, str], list[HallWindow]] = {}
    for department, window in found.departments.items():
        address, hours = window.address or found.default.address, window.hours or found.default.hours
        phone = window.phone or found.default.phone or ""
        supervision_phone = window.supervision_phone or found.default.supervision_phone or ""
        if address:
            shown = HallWindow(department, phone, supervision_phone)
            there.setdefault((address, hours or ""), []).append(shown)
    named = [_named(one, one.hours or found.default.hours or "") for one in found.halls]
    listed = [replace(hall, windows=tuple(there.pop((hall.address, hall.hours), ()))) for hall in named]
    rest = [Hall(address, "", address, hours, "", tuple(windows)) for (address, hours), windows in there.items()]
    return [*listed, *rest] if listed and listed[0].windows else [*rest, *listed]


def _named(one: ServiceHall, hours: str) -> Hall:
    return Hall(one.name, one.area, one.address, hours, one.phone or "", ())


def _matching(hall: Hall, wanted: str) -> Hall | None:
    if any(wanted in written(words).replace(" ", "") for words in (hall.name, hall.area, hall.address)):
        return hall
    windows = tuple(one for one in hall.windows if wanted in written(one.department).replace(" ", ""))
    return replace(hall, windows=windows) if windows else None
