"""Health checks. Rooms register them, and `operations` runs them.

A room registers a check while the platform starts: a name, a function, and whether the platform is not ready while the
check fails. Operators see the results, so they contain no personal data.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class Finding:
    """The outcome of a check function: healthy or not, with figures for operators."""

    ok: bool
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A registered health check."""

    name: str
    run: Callable[[], Finding]
    fails_readiness: bool
    needs_database: bool


@dataclass(frozen=True)
class Result:
    """The finding of a named check, as operators see it."""

    name: str
    ok: bool
    fails_readiness: bool
    detail: dict[str, object]


checks: Registry[Check] = Registry("health checks", order=lambda check: check.needs_database)
"""All checks: those that need no database first."""
log = logging.getLogger("tongban.health")
_failing: set[str] = set()
"""The checks that raised at their last run; their error is in the log once."""


def register(
    name: str, run: Callable[[], Finding], *, fails_readiness: bool = False, needs_database: bool = True
) -> None:
    """Register a check. Unless `fails_readiness` is set, a failure only shows in the detail page.

    Raises AlreadyTaken if the name is in use.
    """
    checks.add(name, Check(name, run, fails_readiness, needs_database))


def run_check(check: Check) -> Result:
    """Run one check. A check that raises counts as failed.

    Its error is logged when it begins to fail, not at each of the probes, which come every few seconds.
    """
    try:
        finding = check.run()
    except Exception as error:  # whatever it is, the other checks still run
        if check.name not in _failing:
            _failing.add(check.name)
            log.exception("the health check %s fails", check.name)
        finding = Finding(ok=False, detail={"error": type(error).__name__})
    else:
        if check.name in _failing:
            _failing.discard(check.name)
            log.warning("the health check %s runs again", check.name)
    return Result(check.name, finding.ok, check.fails_readiness, finding.detail)
