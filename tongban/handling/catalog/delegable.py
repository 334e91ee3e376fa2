"""The services that nobody may do for another person (不得代办), from `in_person.yaml`."""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("in_person.yaml")


@cache
def in_person() -> dict[str, str]:
    """Return item code -> why people must apply for the item in person."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))
