"""ASK: whether the platform is ready."""

import threading
import time
from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation import health

CACHE_TTL = 1.0
"""Seconds for which a result is reused: anybody may ask, and each check writes a file and reads the database."""


@dataclass(frozen=True)
class Readiness:
    """Whether this process can serve requests, and the result of each check."""

    ready: bool
    checks: list[health.Result]

    def detail(self) -> dict[str, object]:
        """Return all results as JSON values, for operators."""
        return {
            "ready": self.ready,
            "version": settings.VERSION,
            "instance": settings.INSTANCE,
            "checks": {check.name: asdict(check) for check in self.checks},
        }


def failed_jobs(since: datetime) -> int:
    """Return how many jobs of the queue have failed for good since then."""
    failed = ProcrastinateJob.objects.filter(status="failed", procrastinateevent__at__gte=since)
    return failed.distinct().count()


@dataclass(frozen=True)
class FailedJob:
    """A job that failed for good. What it was called with is not read: it may name somebody's case."""

    id: int
    task: str
    attempts: int
    at: datetime


def newest_failed_jobs(since: datetime, *, most: int) -> list[FailedJob]:
    """Return the jobs that have failed for good since then, the latest first. One query."""
    failed = ProcrastinateJob.objects.filter(status="failed").annotate(failed_at=Max("procrastinateevent__at"))
    rows = failed.filter(failed_at__gte=since).order_by("-failed_at", "-id")
    return [FailedJob(*row) for row in rows.values_list("id", "task_name", "attempts", "failed_at")[:most]]


_kept: tuple[float, Readiness] | None = None
_turn = threading.Lock()


def readiness(*, fresh: bool = False) -> Readiness:
    """Return the results of the checks that affect readiness, at most `CACHE_TTL` seconds old.

    One request runs the checks while concurrent ones wait for it. With `fresh`, run all checks now, including slow ones
    that do not affect readiness.
    """
    if fresh:
        return _keep(_ask(health.checks.values()))
    with _turn:
        if _kept is not None and time.monotonic() - _kept[0] < CACHE_TTL:
            return _kept[1]
        return _keep(_ask([check for check in health.checks if check.fails_readiness]))


def findings(*, except_for: Container[str] = ()) -> list[health.Result]:
    """Run all checks now, including slow ones, except those that the caller looks at in another way.

    For pages, which have read the database already: whether it answers at all is not asked first.
    """
    wanted = [check for check in health.checks.values() if check.name not in except_for]
    return [health.run_check(check) for check in wanted]


def _keep(found: Readiness) -> Readiness:
    global _kept
    _kept = (time.monotonic(), found)
    return found


def _ask(wanted: Iterable[health.Check]) -> Readiness:
    """Run the checks. If the database does not answer, skip those that need it: each would wait for it again."""
    database = _database_answers()
    results = [
        health.run_check(check)
        if database or not check.needs_database
        else health.Result(check.name, False, check.fails_readiness, {"error": "the database does not answer"})
        for check in wanted
    ]
    return _summary(results)


def _summary(results: list[health.Result]) -> Readiness:
    return Readiness(all(result.ok for result in results if result.fails_readiness), results)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
