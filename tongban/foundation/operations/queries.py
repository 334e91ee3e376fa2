"""ASK: is all up?"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from tongban.foundation import clock
from tongban.foundation.ledger import queries as ledger
from tongban.foundation.ledger.services import FROZEN

SILENT = timedelta(seconds=10)


@dataclass(frozen=True)
class Health:
    """Whether the database answers and a worker has beaten lately, and how the ledger is."""

    database: bool
    worker: bool
    worker_seconds: float | None
    version: str
    ledger: bool | None = None
    """Whether its newest head is fresh and no alarm is open. It takes no server out of use: what the ledger found does
    not go away by sending people elsewhere. None: unknown, or there is no head yet."""
    ledger_head_age: float | None = None
    ledger_alarms: int | None = None

    @property
    def all_up(self) -> bool:
        return self.database and self.worker


def health() -> Health:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
            (beat,) = cursor.fetchone()
        state = ledger.ledger_state(clock.now())
    except DatabaseError:
        return Health(database=False, worker=False, worker_seconds=None, version=settings.VERSION)
    age = clock.now() - beat if beat else None
    return Health(
        database=True,
        worker=age is not None and age < SILENT,
        worker_seconds=round(age.total_seconds(), 1) if age is not None else None,
        version=settings.VERSION,
        ledger=None if state.head_age is None else state.head_age < FROZEN.total_seconds() and not state.alarms,
        ledger_head_age=state.head_age,
        ledger_alarms=state.alarms,
    )
