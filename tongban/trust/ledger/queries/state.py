"""How the ledger is, for health, monitoring and the audit's room."""

from dataclasses import dataclass
from datetime import datetime

from tongban.trust.ledger.models import Alarm
from tongban.trust.ledger.queries import heads


@dataclass(frozen=True)
class LedgerState:
    """The figures that are watched from outside."""

    head_age: float | None
    """Seconds since the newest head was signed; None before the first."""
    alarms: int
    """Alarms that nobody has explained yet."""


def ledger_state(now: datetime) -> LedgerState:
    newest = heads.newest()
    age = round((now - newest.at).total_seconds(), 1) if newest else None
    return LedgerState(head_age=age, alarms=Alarm.objects.filter(ended_at=None).count())


def open_alarms(most: int = 20) -> list[Alarm]:
    """The newest alarms that nobody has explained yet."""
    return list(Alarm.objects.filter(ended_at=None).order_by("-raised_at", "-id")[:most])
