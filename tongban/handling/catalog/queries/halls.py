"""The service halls of the city: where windows are, as the city's file says."""

from dataclasses import dataclass

from tongban.handling.catalog.windows import of_city


@dataclass(frozen=True)
class HallWindow:
    """The window of one department."""

    department: str
    phone: str
    supervision_phone: str


@dataclass(frozen=True)
class Hall:
    """One address with all windows there."""

    address: str
    hours: str
    windows: tuple[HallWindow, ...]


def halls() -> list[Hall]:
    """Return the halls with their windows, as the city's file lists them; empty if the file has errors."""
    found, _ = of_city()
    if found is None:
        return []
    there: dict[tuple[str, str], list[HallWindow]] = {}
    for department, window in found.departments.items():
        address, hours = window.address or found.default.address, window.hours or found.default.hours
        phone = window.phone or found.default.phone or ""
        supervision_phone = window.supervision_phone or found.default.supervision_phone or ""
        if address:
            shown = HallWindow(department, phone, supervision_phone)
            there.setdefault((address, hours or ""), []).append(shown)
    return [Hall(address, hours, tuple(windows)) for (address, hours), windows in there.items()]
