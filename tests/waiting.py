"""Wait in tests for something in another thread, process or server."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(
    condition: Callable[[], Found],
    seconds: float = 60,
    *,
    every: float = 0.05,
    lives: Callable[[], bool] = lambda: True,
    said: Callable[[], str] = str,
) -> Found:
    """Wait until the condition holds, and return its value.

    Fails after some seconds, or as soon as the expected source has ended, and shows what it `said`.
    """
    deadline = time.monotonic() + seconds
    while True:
        assert lives(), f"it cannot happen any more:\n{said()}"
        if found := condition():
            return found
        assert time.monotonic() < deadline, f"it did not happen in time:\n{said()}"
        time.sleep(every)
