"""For tests: record a worker's heartbeat, and drop the cached readiness."""

from django.db import connection

from tongban.foundation.operations import queries


def beat(ago: str = "-1 day") -> None:
    """Record one worker whose last heartbeat was `ago` by the database's clock. The default outlives the test."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp() - %s::interval)", [ago]
        )


def forget_readiness() -> None:
    """Drop the readiness that an earlier test has cached."""
    queries._kept = None
