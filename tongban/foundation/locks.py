"""Named locks, held in the database until the transaction ends and shared by all processes."""

from django.db import connection


def hold(name: str, *, seed: int = 0) -> None:
    """Acquire the lock of this name, waiting if necessary, and hold it until the caller's transaction ends.

    Equal names with different seeds are different locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, seed])
