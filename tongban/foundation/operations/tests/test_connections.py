"""After a restart of the database, the pool notices broken connections before the next request fails."""

import threading

import pytest
from django.db import connection


def in_a_thread(act):
    """Run on a connection of the pool, return the connection, and return the result or the error."""
    found = []

    def run():
        try:
            found.append(act())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("G1")
def test_a_broken_connection_is_not_handed_out_again():
    own = ask()  # taken first, so that the other thread gets a different connection
    waiting = in_a_thread(ask)
    assert waiting != own
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [waiting])
        assert cursor.fetchone() == (True,)
    after = in_a_thread(ask)
    assert isinstance(after, int), after
