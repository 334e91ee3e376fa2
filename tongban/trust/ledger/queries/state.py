"""The state of the ledger, for health checks, monitoring and the audit."""

from dataclasses import dataclass
from datetime import datetime

from tongban.trust.ledger.models import Alarm
from tongban.trust.ledger.queries import heads


@dataclass(frozen=True)
class LedgerState:
    """The figures that monitoring watches."""

    head_age: float | None
    """Seconds since the newest head was signed; None before the first."""
    alarms: int
    """The number of open alarms."""


def ledger_state(now: datetime) -> LedgerState:
    """Return the age of the newest head at `now`, and the number of open alarms."""
    newest = heads.newest()
    age = round((now - newest.at).total_seconds(), 1) if newest else None
    return LedgerState(head_age=age, alarms=Alarm.objects.filter(ended_at=None).count())


def open_alarms(most: int = 20) -> list[Alarm]:
    """Return the newest open alarms."""
    return list(Alarm.objects.filter(ended_at=None).order_by("-raised_at", "-id")[:most])
