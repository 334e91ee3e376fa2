"""What rooms add to `manage.py setup` and to the greeting of `bin/run`."""

from collections.abc import Callable
from dataclasses import dataclass

from tongban.foundation.registry import Registry

Write = Callable[[str], object]
"""Prints a line."""


@dataclass(frozen=True)
class Step:
    """A step of the set-up. It runs at every start, after the migrations, so a second run must change nothing."""

    run: Callable[[Write], object]
    order: int
    """Below 50, a step may create departments. At 50 the catalogue is loaded, which needs them."""


steps: Registry[Step] = Registry("steps of the set-up", order=lambda step: step.order)
greetings: Registry[Callable[[Write], None]] = Registry("greetings")
"""Each prints what the person who started the platform should know, e.g. how to sign in."""
