"""ASK: can the platform work?"""

import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from tongban.foundation import health
from tongban.foundation.operations import probes

KEPT = 1.0
"""Seconds for which an answer counts: everybody may ask, and asking writes a file and reads the database."""


@dataclass(frozen=True)
class Readiness:
    """Whether requests may be sent here, and what each check found."""

    ready: bool
    checks: list[health.Result]

    def detail(self) -> dict[str, Any]:
        """For operators."""
        return {
            "ready": self.ready,
            "version": settings.VERSION,
            "instance": settings.INSTANCE,
            "checks": {check.name: asdict(check) for check in self.checks},
        }


_kept: tuple[float, Readiness] | None = None
_turn = threading.Lock()


def readiness(*, fresh: bool = False) -> Readiness:
    """What the checks that count find, at most a second old: one request asks while the others wait for it.

    With `fresh`, what all checks find now, those included that take nobody out of use and may be slow.
    """
    if fresh:
        return _keep(_ask(health.checks()))
    with _turn:
        if _kept is not None and time.monotonic() - _kept[0] < KEPT:
            return _kept[1]
        return _keep(_ask([check for check in health.checks() if check.fails_readiness]))


def _keep(found: Readiness) -> Readiness:
    global _kept
    _kept = (time.monotonic(), found)
    return found


def worker_is_up() -> bool:
    """Whether a worker has beaten lately."""
    return probes.worker().ok


def _ask(wanted: Iterable[health.Check]) -> Readiness:
    """Where the database does not answer, what needs it is not asked: each would wait for it again."""
    database = _database_answers()
    results = [
        health.ask(check)
        if database or not check.needs_database
        else health.Result(check.name, False, check.fails_readiness, {"error": "the database does not answer"})
        for check in wanted
    ]
    return Readiness(all(result.ok for result in results if result.fails_readiness), results)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
