"""Rate limits: count how often something happens for a key within a period.

Three counters differ in when the period begins and in what a count costs:

- `FixedWindow` counts in table rows, per window of the clock such as a minute. One statement counts several keys, and
  counts can be returned. Used for every call of the programming interface and for guesses at codes and numbers.
- `CooldownCounter` counts in the cache and starts over after a period without counts. Used for failures and rare
  actions.
- `SlidingWindow` keeps the times of recent calls in the cache, so a new window never doubles what is allowed. Two
  concurrent calls may count as one. Used for public reads, where a few extra calls do no harm.

A cache holds a limited number of entries. Counts by network address therefore have one of their own (`BY_ADDRESS`): a
stranger who calls from many addresses evicts only such counts, never those of persons or the codes that were used.

Two limits are implemented elsewhere. Attempts at a secret (`people.signin.services.locking`) lock an account or device
until a given time; they are committed separately, so that a failing request does not undo them, and a success clears
them. Checks by officers at a window (`people.signin.services.window`) are recorded anyway, so the limit counts the
records.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.locks import hold
from tongban.foundation.prepared import fetch

BY_ADDRESS = "by_address"
"""The cache for counters whose keys a stranger can multiply."""


@dataclass(frozen=True)
class FixedWindow:
    """Exact counts per window, in a table with the columns `whose`, `minute` (the window's first) and `requests`.

    Windows of several lengths may share a table: each begins with a minute of its own. `seconds` is a multiple of 60.
    """

    table: str
    seconds: int

    def window(self) -> tuple[int, int]:
        """Return the first minute of the current window, since 1970, and the seconds until the next window."""
        now = int(clock.now().timestamp())
        return (now - now % self.seconds) // 60, self.seconds - now % self.seconds

    def add(self, window: int, *keys: str) -> dict[str, int]:
        """Count one more for each key in one statement and return the counts.

        The rows are locked in the order of `keys` until the caller's transaction ends.
        """
        rows = ", ".join(["(%s, %s, 1)"] * len(keys))
        statement = f"""
INSERT INTO {self.table} AS a (whose, minute, requests) VALUES {rows}
ON CONFLICT (whose) DO UPDATE SET minute = EXCLUDED.minute,
    requests = CASE WHEN a.minute = EXCLUDED.minute THEN a.requests + 1 ELSE 1 END
RETURNING whose, requests
"""
        return dict(fetch(statement, [one for key in keys for one in (key, window)]))

    def give_back(self, window: int, keys: Sequence[str]) -> None:
        """Return one count for each key, in the given order: a single statement would lock the rows in any order."""
        statement = f"UPDATE {self.table} SET requests = requests - 1 WHERE whose = %s AND minute = %s AND requests > 0"
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute(statement, [key, window])


@dataclass(frozen=True)
class CooldownCounter:
    """Exact counts in a cache, forgotten `seconds` after the last one."""

    seconds: int
    cache: str = "default"

    @transaction.atomic
    def add(self, key: str) -> int:
        """Count one more and return the count.

        A lock makes read and write atomic. The cache's own `incr` would reset the entry to the default timeout.
        """
        hold(key)
        count: int = self.count(key) + 1
        caches[self.cache].set(key, count, self.seconds)
        return count

    @transaction.atomic
    def take(self, key: str, most: int) -> bool:
        """Count one more unless there are already `most`, and return whether it was counted.

        A refused call does not prolong the period, so nobody keeps a key refused for ever.
        """
        hold(key)
        count = self.count(key)
        if count < most:
            caches[self.cache].set(key, count + 1, self.seconds)
        return count < most

    @transaction.atomic
    def give_back(self, key: str) -> None:
        """Return one count."""
        hold(key)
        if count := self.count(key):
            caches[self.cache].set(key, count - 1, self.seconds)

    def count(self, key: str) -> int:
        """Return the current count."""
        found: int = caches[self.cache].get(key, 0)
        return found


@dataclass(frozen=True)
class SlidingWindow:
    """At most `most` calls of an address within the last `seconds`. Thread-safe: the object itself holds no state."""

    most: int
    seconds: int
    now: Callable[[], float] = time.time

    def take(self, key: str) -> int:
        """Count one more and return 0. Over the limit, count nothing and return the seconds until the next call."""
        now, cache = self.now(), caches[BY_ADDRESS]
        moments: list[float] = [moment for moment in cache.get(key, []) if moment > now - self.seconds]
        if len(moments) >= self.most:
            return max(1, math.ceil(self.seconds - (now - moments[-1])))
        cache.set(key, [now, *moments], self.seconds)
        return 0
