"""What the builders of the demo city share: its seed, its founding, and what has been created so far."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml

from tongban.foundation import clock
from tongban.people.identity.actors import Actor, machine

SEED = 990100
CITY = "990100"
PASSWORD = "yunzhou-2026"
"""The password of all demo sign-ins, printed by `city sign-ins`."""
FOUNDED = datetime(2024, 1, 2, 9, tzinfo=clock.CITY_TIME)
"""The time of the platform's first data, before the history of the cases."""
HERE = Path(__file__).parent


@dataclass
class City:
    """What the builders share: the actor, seeded random numbers, and what has been created so far."""

    actor: Actor = field(default_factory=lambda: machine("demo-city/1"))
    chance: Random = field(default_factory=lambda: Random(SEED))
    encoded_password: str = ""
    today: date = field(default_factory=lambda: clock.legal_day(clock.now()))
    departments: dict[str, UUID] = field(default_factory=dict)
    posts: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    """(department, kind) -> post."""
    persons: dict[str, UUID] = field(default_factory=dict)
    serials: dict[tuple[str, date, str], int] = field(default_factory=dict)
    """The last sequence number assigned per district, day and sex."""

    def data(self, name: str) -> Any:
        """Read one of the YAML files of the city."""
        return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))

    def phone(self) -> str:
        """Return a random phone number of a range that no carrier assigns to people."""
        return f"1390000{self.chance.randrange(10000):04d}"


def moment(day: date, hour: int = 9, minute: int = 30) -> datetime:
    """Return a time of the day in the city's time zone."""
    return datetime.combine(day, time(hour, minute), tzinfo=clock.CITY_TIME)
