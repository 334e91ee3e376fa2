"""Finds the rooms: every folder of a storey that contains a `room.py`.

The start needs no other list; `.importlinter` orders the rooms of the storeys up to `handling`.
"""

from pathlib import Path

STOREYS = ("foundation", "trust", "people", "exchange", "handling", "supervision", "applications", "portal")
REMOVABLE = STOREYS[STOREYS.index("handling") + 1 :]
"""Any room of these storeys can be left out, so no other room may need it."""
EXTRAS = ("demo", "bench")
"""The demo city and the benchmarks: rooms that a production platform does not have."""
HOUSE = Path(__file__).resolve().parents[1]


def declared(house: Path = HOUSE, *, extras: bool = True) -> list[str]:
    """Return the rooms for Django's INSTALLED_APPS, from the foundation upwards."""
    folders = [room for storey in STOREYS for room in sorted((house / storey).glob("*/"))]
    folders += [house / extra for extra in EXTRAS if extras]
    return [
        f"{house.name}.{'.'.join(room.relative_to(house).parts)}.room.Room"
        for room in folders
        if (room / "room.py").is_file()
    ]
