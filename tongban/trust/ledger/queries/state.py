"""The state of the ledger, for health checks, monitoring and the audit."""

from dataclasses import dataclass
from datetime import datetime

from tongban.foundation import prepared
from tongban.trust.ledger.models import Alarm

_STATE = (
    "SELECT (SELECT at FROM ledger_head ORDER BY size DESC LIMIT 1),"
    " (SELECT count(*) FROM ledger_alarm WHERE ended_at IS NULL)"
)


@dataclass(frozen=True)
class LedgerState:
    """The figures that monitoring watches."""

    head_age: float | None
    """Seconds since the newest head was signed; None before the first."""
    alarms: int
    """The number of open alarms."""


def ledger_state(now: datetime) -> LedgerState:
    """Return the age of the newest head at `now`, and the number of open alarms. One query."""
    found = prepared.fetch_one(_STATE, [])
    signed_at, alarms = found if found is not None else (None, 0)
    age = round((now - signed_at).total_seconds(), 1) if signed_at is not None else None
    return LedgerState(head_age=age, alarms=alarms)


def open_alarms(most: int = 20) -> list[Alarm]:
    """Return the newest open alarms."""
    return list(Alarm.objects.filter(ended_at=None).order_by("-raised_at", "-id")[:most])
