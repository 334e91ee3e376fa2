"""Locks by name, held in the database until the transaction ends, so that all processes agree."""

from django.db import connection


def hold(name: str, *, seed: int = 0) -> None:
    """Wait until nobody else holds this name, and hold it until the caller's transaction ends.

    Names under different seeds never meet, whoever chose them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, seed])
