"""Timing and the shape of a figure."""

import os
import platform
import time
from collections.abc import Callable
from typing import Any


def timed(act: Callable[[], Any], *, times: int) -> list[float]:
    """Milliseconds of each of `times` calls, after one that does not count."""
    act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def shape(milliseconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    ordered = sorted(milliseconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)

    return {"p50_ms": at(0.50), "p95_ms": at(0.95), "p99_ms": at(0.99), "n": len(ordered)}


def ratio(ours: float, bare: float) -> float:
    """How many times as fast as the bare limit; 1 is as fast."""
    return round(ours / bare, 3) if bare else 0.0


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()}
