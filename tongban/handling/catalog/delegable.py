"""Which services nobody may do for another, from `in_person.yaml`, and what a mandate's scope means in codes."""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("in_person.yaml")


@cache
def in_person() -> dict[str, str]:
    """Item code -> why it must be done in person."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))
