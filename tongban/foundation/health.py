"""Checks of whether the platform can work, told by the rooms that know; asked by operations.

A room registers its check when it starts (`AppConfig.ready`): a name, a function, and whether the platform counts as
not ready while the check fails. What a check answers is shown to operators, so it holds no personal data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class Finding:
    """What a check found: well or not, and figures for whoever looks after the platform."""

    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    name: str
    ask: Callable[[], Finding]
    fails_readiness: bool
    needs_database: bool


@dataclass(frozen=True)
class Result:
    name: str
    ok: bool
    fails_readiness: bool
    detail: dict[str, Any]


CHECKS: Registry[Check] = Registry("health checks")


def register(
    name: str, ask: Callable[[], Finding], *, fails_readiness: bool = False, needs_database: bool = True
) -> None:
    """Add a check. Without `fails_readiness` it only shows in the detail."""
    CHECKS.add(name, Check(name, ask, fails_readiness, needs_database))


def checks() -> list[Check]:
    """Those that need no database first, then in the order of registration."""
    return sorted(CHECKS, key=lambda check: check.needs_database)


def ask(check: Check) -> Result:
    """One check's answer; a check that fails to answer has found something wrong."""
    try:
        finding = check.ask()
    except Exception as error:  # whatever it is: the others are still asked
        finding = Finding(ok=False, detail={"error": type(error).__name__})
    return Result(check.name, finding.ok, check.fails_readiness, finding.detail)
