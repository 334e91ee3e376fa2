"""Wait in tests for what happens elsewhere: in another thread, another process, another machine's time."""

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
    """Wait until the condition holds; returns what it said.

    It fails after so many seconds, or as soon as that from which it is expected lives no more, with what was `said`.
    """
    deadline = time.monotonic() + seconds
    while True:
        assert lives(), f"it cannot happen any more:\n{said()}"
        if found := condition():
            return found
        assert time.monotonic() < deadline, f"it did not happen in time:\n{said()}"
        time.sleep(every)
