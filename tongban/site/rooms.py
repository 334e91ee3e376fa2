"""Finds the rooms: every folder of a storey that has a `room.py`. Nothing else in the house lists them."""

from pathlib import Path

STOREYS = ("foundation", "trust", "people", "exchange", "handling", "supervision", "applications", "portal")
EXTRAS = ("demo", "bench")
"""The invented city and the measurements: rooms by themselves, which a production platform does not have."""
HOUSE = Path(__file__).resolve().parents[1]


def declared(house: Path = HOUSE, *, extras: bool = True) -> list[str]:
    """The rooms' declarations as Django's INSTALLED_APPS wants them, from the foundation upwards."""
    folders = [room for storey in STOREYS for room in sorted((house / storey).glob("*/"))]
    folders += [house / extra for extra in EXTRAS if extras]
    return [
        f"{house.name}.{'.'.join(room.relative_to(house).parts)}.room.Room"
        for room in folders
        if (room / "room.py").is_file()
    ]
