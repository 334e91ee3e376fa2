"""For tests: a test database is emptied between transactional tests, append-only tables included."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.backends.signals import connection_created


@dataclass(frozen=True)
class Someone:
    """An actor for tests of the rooms below identity."""

    name_for_record: str
    principal_id: UUID | None = None


def allow_emptying() -> None:
    """Call once in the test session's set-up: its own connections may TRUNCATE append-only tables."""

    def set_flag(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET tongban.emptying = 'on'")

    connection_created.connect(set_flag, weak=False, dispatch_uid="ledger.testing")
