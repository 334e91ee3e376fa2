"""For tests: a test database is emptied between transactional tests, append-only tables included."""

from typing import Any

from django.db.backends.signals import connection_created


def allow_emptying() -> None:
    """Call once in the test session's set-up: its own connections may TRUNCATE append-only tables."""

    def set_flag(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET tongban.emptying = 'on'")

    connection_created.connect(set_flag, weak=False, dispatch_uid="ledger.testing")
