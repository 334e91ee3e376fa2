"""What went wrong in a run: how often, and the first messages. A run with problems ends with exit code 1."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tongban.bench.figures import Figures

SHOWN = 10
"""The number of different messages that are printed."""


class Problems:
    """The problems of one run. Any thread may add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}

    def add(self, message: str) -> None:
        """Count a problem. Messages are told apart by their first 300 characters."""
        with self._lock:
            key = message[:300]
            self._counts[key] = self._counts.get(key, 0) + 1

    def expect(self, is_right: bool, message: str) -> bool:
        """Count a problem unless `is_right`, and return `is_right`."""
        if not is_right:
            self.add(message)
        return is_right

    @property
    def count(self) -> int:
        """The number of problems."""
        return sum(self._counts.values())

    def figures(self) -> Figures:
        """Return the number of problems, and the first different messages with the number of each."""
        shown = list(self._counts.items())[:SHOWN]
        return {"count": self.count, "first": [f"{message} ({times}×)" for message, times in shown]}


class _Listener(logging.Handler):
    def __init__(self, problems: Problems) -> None:
        super().__init__(logging.ERROR)
        self.problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        self.problems.add(f"log: {record.name}: {record.getMessage()}")


@contextmanager
def listening(problems: Problems) -> Iterator[None]:
    """Count every error that this process logs as a problem."""
    listener = _Listener(problems)
    logging.getLogger().addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(listener)
