"""Values that a process keeps until something that they were made of is published (ADR 0032).

The version is asked each time, before the value is made, so a kept value is never older than what was published before
the question. Within a transaction nothing is kept: it may see what is not committed. Kept values are shared between
requests, so nobody may change them, and they must not depend on the reader.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

from tongban.foundation import clock
from tongban.foundation.ui import publications

T = TypeVar("T")

_all: list["ByVersion[object]"] = []


class ByVersion(Generic[T]):
    """Values by key, all of one version of some topics (`publications`).

    Of more than `most` the oldest are dropped. `most` should exceed the number of keys: a crawler that asks for all of
    them in turn would otherwise find none. Keys must not be chosen freely by readers.
    """

    def __init__(self, *topics: str, most: int = 256) -> None:
        self._topics, self._most = topics, most
        self._lock = Lock()
        self._version: tuple[str, ...] | None = None
        self._values: dict[Hashable, tuple[T, datetime | None]] = {}
        _all.append(self)  # type: ignore[arg-type]  # only `clear` is called

    def get(self, key: Hashable, make: Callable[[], T], until: Callable[[T], datetime] | None = None) -> T:
        """Return the kept value of a key, or make it. `until` says how long a value may be kept at most."""
        version = self._asked()
        if version is None:
            return make()
        with self._lock:
            found = self._values.get(key) if version == self._version else None
        if found is not None and (found[1] is None or clock.now() < found[1]):
            return found[0]
        value = make()
        end = until(value) if until is not None else None
        with self._lock:
            if version != self._version:
                self._version, self._values = version, {}
            self._values.pop(key, None)  # so that it becomes the newest
            if len(self._values) >= self._most:
                del self._values[next(iter(self._values))]
            self._values[key] = value, end
        return value

    def _asked(self) -> tuple[str, ...] | None:
        """Return the version of the topics, or None where nothing may be kept."""
        if connection.in_atomic_block:
            return None
        versions = publications.versions()
        return tuple(versions.get(topic, "") for topic in self._topics) if versions is not None else None

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._version, self._values = None, {}


def clear_all() -> None:
    """Drop everything that the process keeps by version."""
    for one in _all:
        one.clear()
