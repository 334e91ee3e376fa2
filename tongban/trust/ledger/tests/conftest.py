"""Events to record, and a database that its owner can tamper with."""

from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from tongban.foundation.announcements.events import Event
from tongban.foundation.ids import new_id
from tongban.trust.ledger import services
from tongban.trust.ledger.testing import Someone


@dataclass(frozen=True)
class BookLent(Event):
    shelf: UUID
    row: int


def lend(count: int = 1, *, reason: str = "") -> list[UUID]:
    """Record `count` events, each with its own subject."""
    events = [BookLent(subject=new_id(), shelf=new_id(), row=number) for number in range(count)]
    return services.record_many(events, actor=Someone(str(new_id()), principal_id=new_id()), reason=reason)


@contextmanager
def as_application():
    """Run the block as the database role of the web processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if cursor.fetchone() is None:
            pytest.skip("the application's role does not exist on this server")
        cursor.execute(f"SET ROLE {settings.APPLICATION_ROLE}")
        yield
        cursor.execute("RESET ROLE")


@contextmanager
def as_superuser():
    """Run the block without triggers, as the owner of the server can."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = origin")
