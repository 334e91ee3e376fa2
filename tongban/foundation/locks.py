"""Locks by name, held in the database until the transaction ends, so that all processes agree."""

from django.core.cache import cache
from django.db import connection, transaction


def hold(name: str, *, seed: int = 0) -> None:
    """Wait until nobody else holds this name, and hold it until the caller's transaction ends.

    Names under different seeds never meet, whoever chose them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, seed])


@transaction.atomic
def count_one(key: str, *, lasts: int) -> int:
    """Count one more in the cache, exactly; returns how many there are. The count is forgotten `lasts` seconds later.

    The cache reads and writes in two steps, and its own `incr` gives a count the default life.
    """
    hold(key)
    count: int = cache.get(key, 0) + 1
    cache.set(key, count, lasts)
    return count
