"""The service halls of the city: where windows are, as the city's file says."""

from dataclasses import dataclass, replace

from tongban.handling.catalog.queries.naming import Naming
from tongban.handling.catalog.windows import CityWindows, ServiceHall, of_city
from tongban.handling.catalog.words import written


@dataclass(frozen=True)
class HallWindow:
    """The window of one department."""

    department: str
    """Its present name."""
    phone: str
    supervision_phone: str
    hours: str = ""
    """When it is open; empty if at the same hours as the hall."""
    known_as: str = ""
    """The name of the department in the city's file, by which people still look for it."""


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

    Departments are shown by their present names, also those that the file calls by a former one. At most one query.
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
    usual = found.default.hours or ""
    there: dict[str, list[HallWindow]] = {}
    naming = Naming()
    for known_as, window in found.departments.items():
        department = naming.name(known_as)
        if department != known_as and department in found.departments:
            continue  # the file lists it under its present name too
        phone = window.phone or found.default.phone or ""
        supervision_phone = window.supervision_phone or found.default.supervision_phone or ""
        if address := window.address or found.default.address:
            shown = HallWindow(department, phone, supervision_phone, window.hours or usual, known_as)
            there.setdefault(address, []).append(shown)
    named = [_hall(one, one.hours or usual, there.pop(one.address, [])) for one in found.halls]
    rest = [ServiceHall(name=address, area="", address=address) for address in there]
    return [*named, *(_hall(one, usual, there[one.address]) for one in rest)]


def _hall(one: ServiceHall, hours: str, windows: list[HallWindow]) -> Hall:
    """Return a hall. If all its windows have the same hours, these are the hall's, unless it has some of its own."""
    theirs = {window.hours for window in windows}
    if len(theirs) == 1 and not one.hours:
        hours = theirs.pop()
    shown = [replace(window, hours="") if window.hours == hours else window for window in windows]
    return Hall(one.name, one.area, one.address, hours, one.phone or "", tuple(shown))


def _matching(hall: Hall, wanted: str) -> Hall | None:
    if any(wanted in written(words).replace(" ", "") for words in (hall.name, hall.area, hall.address)):
        return hall
    windows = tuple(
        one for one in hall.windows if wanted in written(f"{one.department}\n{one.known_as}").replace(" ", "")
    )
    return replace(hall, windows=windows) if windows else None
