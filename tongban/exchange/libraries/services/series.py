"""Serial numbers. Gaps are possible, repeats are not."""

from django.db import connection

from tongban.foundation.locks import hold


def next_in_series(key: str) -> int:
    """Return the next number of a series. Its row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO libraries_number_series (key, last) VALUES (%s, 1)"
            " ON CONFLICT (key) DO UPDATE SET last = libraries_number_series.last + 1 RETURNING last",
            [key],
        )
        serial: int = cursor.fetchone()[0]
    return serial


def one_number_at_a_time() -> None:
    """Let only one transaction at a time look for a free resident number."""
    hold("libraries: resident number", seed=7)
