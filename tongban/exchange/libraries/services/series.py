"""Serial numbers: gaps are possible, repeats are not."""

from django.db import connection

from tongban.foundation.locks import hold


def next_in_series(key: str) -> int:
    """The next number of a series; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO libraries_number_series (key, last) VALUES (%s, 1)"
            " ON CONFLICT (key) DO UPDATE SET last = libraries_number_series.last + 1 RETURNING last",
            [key],
        )
        serial: int = cursor.fetchone()[0]
    return serial


def one_number_at_a_time() -> None:
    """Nobody else looks for a free resident's number until the transaction ends."""
    hold("libraries: resident number", seed=7)
