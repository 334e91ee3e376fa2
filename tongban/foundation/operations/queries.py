"""ASK: is all up?"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from tongban.foundation import clock

SILENT = timedelta(seconds=10)


@dataclass(frozen=True)
class Health:
    """Whether the database answers and a worker has beaten lately."""

    database: bool
    worker: bool
    worker_seconds: float | None
    version: str

    @property
    def all_up(self) -> bool:
        return self.database and self.worker


def health() -> Health:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
            (beat,) = cursor.fetchone()
    except DatabaseError:
        return Health(database=False, worker=False, worker_seconds=None, version=settings.VERSION)
    age = clock.now() - beat if beat else None
    return Health(
        database=True,
        worker=age is not None and age < SILENT,
        worker_seconds=round(age.total_seconds(), 1) if age is not None else None,
        version=settings.VERSION,
    )
