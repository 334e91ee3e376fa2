"""Several clients at the same time."""

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from django.db import connection

from tongban.bench.problems import Problems
from tongban.demo.city.founding import PASSWORD
from tongban.people.identity.models import Account

__all__ = ["PASSWORD", "Going", "Timings", "accounts", "together"]

Going: TypeAlias = Callable[[], bool]
"""Whether there is time left."""
Timings: TypeAlias = dict[str, list[float]]
"""Milliseconds of requests by the name of the step."""


def together(clients: int, seconds: float, work: Callable[[int, Going], None], problems: Problems) -> float:
    """Run `work` in `clients` threads for `seconds`. Return how many seconds it took.

    A client that fails does no more work, and what it raised counts as a problem.
    """
    until = time.monotonic() + seconds

    def guarded(number: int) -> None:
        try:
            work(number, lambda: time.monotonic() < until)
        except Exception as failure:
            problems.add(f"{type(failure).__name__}: {failure}")
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def accounts(count: int) -> list[Account]:
    """Return accounts of persons who hold no post and have a number; the same ones again if there are fewer."""
    people = Account.objects.filter(subject__kind="person", subject__appointments=None).order_by("login_name")
    found = list(people.exclude(subject__number_index=None)[:count])
    return [found[number % len(found)] for number in range(count)]
