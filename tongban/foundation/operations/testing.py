"""For tests: a worker that beats, and readiness that is asked and not remembered."""

from django.db import connection

from tongban.foundation.operations import queries


def beat(ago: str = "-1 day") -> None:
    """One worker that beat so long ago by the clock of the database; by default one that outlives the test."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp() - %s::interval)", [ago]
        )


def forget_readiness() -> None:
    """What a test before this one found ready or not is asked again."""
    queries._kept = None
