"""Named locks, held in the database until the transaction ends and shared by all processes."""

from django.db import connection


def hold(name: str, *, seed: int = 0) -> None:
    """Acquire the lock of this name, waiting if necessary, and hold it until the caller's transaction ends.

    Equal names with different seeds are different locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, seed])


def hold_number(number: int) -> None:
    """Acquire the lock with this number, as `hold` does.

    For locks that must stay the same: SQL of a migration takes them too, or other versions of the platform.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def share_number(number: int) -> None:
    """Share the lock with this number until the transaction ends; whoever shares it does not block the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [number])


def try_number(number: int) -> bool:
    """Acquire the lock with this number if it is free, and return whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
