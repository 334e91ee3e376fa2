"""Timing and the form of figures."""

import os
import platform
import time
from collections.abc import Callable
from typing import TypeAlias

Figures: TypeAlias = dict[str, object]
"""Named figures as JSON values."""


def timed(act: Callable[[], object], *, times: int) -> list[float]:
    """Return the milliseconds of each of `times` calls, after one call for warming up."""
    act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    """Return the number of values and their p50, p95 and p99 in milliseconds."""
    ordered = sorted(milliseconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)

    return {"p50_ms": at(0.50), "p95_ms": at(0.95), "p99_ms": at(0.99), "n": len(ordered)}


def ratio(ours: float, bare: float) -> float:
    """Return how fast we are relative to the bare limit; 1 is equally fast."""
    return round(ours / bare, 3) if bare else 0.0


def machine() -> Figures:
    """Return the machine on which the benchmark ran."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()}
