"""How often something happened within a time, for a key: the one place that counts for all who need no more than that.

The ways differ in when a time begins, and in what counting may cost:

- `ByTheClock`: windows of the clock, such as minutes, in rows of a table. One statement counts several keys, and counts
  can be given back. For every call of the programming interface, and for guesses at codes and numbers.
- `UntilQuiet`: a count in the cache that ends when nothing was counted for a time. For what fails or happens rarely.
- `Sliding`: the moments of the last calls in the cache, so that no window begins and doubles what is allowed. Two calls
  at once may count as one. For public reading, where a few more do no harm.

Two things are counted elsewhere, because they are something else. Tries at a secret (`people.signin.services.locking`)
lock an account or device until a moment, are committed by themselves so that no failing request undoes them, and a
success voids them. What officers check at a window (`people.signin.services.window`) is a limit on acts that are
recorded anyway: the records are counted.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.locks import hold


@dataclass(frozen=True)
class ByTheClock:
    """Counts in a table with the columns `whose`, `minute` (the number of the window) and `requests`."""

    table: str
    seconds: int

    def window(self) -> tuple[int, int]:
        """The number of the window that the clock is in, and the seconds until the next one."""
        now = int(clock.now().timestamp())
        return now // self.seconds, self.seconds - now % self.seconds

    def add(self, window: int, *keys: str) -> dict[str, int]:
        """Count one more for each key, in one statement; returns how many there are.

        Their rows stay locked, in the order in which they are named, until the caller's transaction ends.
        """
        rows = ", ".join(["(%s, %s, 1)"] * len(keys))
        statement = f"""
INSERT INTO {self.table} AS a (whose, minute, requests) VALUES {rows}
ON CONFLICT (whose) DO UPDATE SET minute = EXCLUDED.minute,
    requests = CASE WHEN a.minute = EXCLUDED.minute THEN a.requests + 1 ELSE 1 END
RETURNING whose, requests
"""
        with connection.cursor() as cursor:
            cursor.execute(statement, [one for key in keys for one in (key, window)])
            return dict(cursor.fetchall())

    def give_back(self, window: int, keys: Sequence[str]) -> None:
        """In the order in which they were counted: one statement for all would lock them as it finds them."""
        statement = f"UPDATE {self.table} SET requests = requests - 1 WHERE whose = %s AND minute = %s AND requests > 0"
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute(statement, [key, window])


@dataclass(frozen=True)
class UntilQuiet:
    """Exact counts in the cache, forgotten so many seconds after the last one."""

    seconds: int

    @transaction.atomic
    def add(self, key: str) -> int:
        """Count one more; returns how many there are.

        The cache reads and writes in two steps, and its own `incr` gives a count the default life.
        """
        hold(key)
        count: int = self.count(key) + 1
        cache.set(key, count, self.seconds)
        return count

    def count(self, key: str) -> int:
        """How many there are."""
        found: int = cache.get(key, 0)
        return found


@dataclass(frozen=True)
class Sliding:
    """At most so many within the last seconds. One object serves all threads and keeps nothing of a call."""

    most: int
    seconds: int
    now: Callable[[], float] = time.time

    def take(self, key: str) -> int:
        """Count one more and return 0, or count nothing and return after how many seconds there is room."""
        now = self.now()
        moments: list[float] = [moment for moment in cache.get(key, []) if moment > now - self.seconds]
        if len(moments) >= self.most:
            return max(1, math.ceil(self.seconds - (now - moments[-1])))
        cache.set(key, [now, *moments], self.seconds)
        return 0
