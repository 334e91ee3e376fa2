"""Recorded entries are permanent: only the services append, and nobody can change them."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.ids import new_id
from tongban.trust.ledger import queries, services
from tongban.trust.ledger.grants import grant_to_application
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import Someone
from tongban.trust.ledger.tests.conftest import as_application


@dataclass(frozen=True)
class ShelfMoved(Event):
    shelf: UUID
    row: int


def move_shelf(subject: UUID, row: int = 1, reason: str = "") -> UUID:
    actor = Someone(str(new_id()), principal_id=new_id())
    return services.record(ShelfMoved(subject=subject, shelf=new_id(), row=row), actor=actor, reason=reason)


def refused(sql: str, message: str) -> None:
    with pytest.raises(DatabaseError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.req("H4")
@pytest.mark.django_db
def test_an_event_records_actor_act_principal_and_reason():
    subject, person, parent, at = new_id(), new_id(), new_id(), clock.now()
    event = ShelfMoved(subject=subject, shelf=person, row=3)
    services.record(event, actor=Someone(str(person), principal_id=parent), at=at, reason="申请人要求")
    (entry,) = queries.entries_of(subject)
    assert (entry.type, entry.version, entry.actor, entry.principal) == ("tests.ShelfMoved", 2, str(person), parent)
    assert (entry.at, entry.reason, entry.payload) == (at, "申请人要求", {"shelf": str(person), "row": 3})


@pytest.mark.django_db
def test_the_machine_is_recorded_with_its_rule():
    subject = new_id()
    services.record(ShelfMoved(subject=subject, shelf=new_id(), row=1), actor=Someone("machine:instant-approval/2"))
    assert queries.entries_of(subject)[0].actor == "machine:instant-approval/2"


@pytest.mark.django_db
def test_the_reason_is_not_readable_in_the_database():
    move_shelf(new_id(), reason="王小明住院")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM ledger_entry")
        assert "王小明".encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_entries_are_ordered_by_time_of_creation():
    one, other = new_id(), new_id()
    made = [move_shelf(one), move_shelf(other), move_shelf(one)]
    assert [entry.id for entry in queries.entries_of([one, other])] == made
    assert [entry.id for entry in queries.entries_of(one)] == [made[0], made[2]]
    assert queries.entries_of([]) == []


CHANGES = ["UPDATE ledger_entry SET type = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]


@pytest.mark.req("H4")
@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_can_change_an_entry(change):
    move_shelf(new_id())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tongban.emptying = 'off'")
    refused(change, "append-only")
    assert Entry.objects.count() == 1


@pytest.mark.req("H4")
@pytest.mark.django_db
@pytest.mark.parametrize("change", [*CHANGES, "ALTER TABLE ledger_entry DISABLE TRIGGER ALL"])
@pytest.mark.parametrize("flag", ["on", "off"])
def test_the_application_has_no_right_to_change_an_entry(change, flag):
    move_shelf(new_id())
    with as_application(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL tongban.emptying = '{flag}'")
        refused(change, "permission denied|must be owner")


@pytest.mark.django_db
def test_the_application_can_record_and_read_entries():
    subject = new_id()
    with as_application():
        move_shelf(subject)
        assert len(queries.entries_of(subject)) == 1


@pytest.mark.django_db
def test_the_application_may_use_every_other_table():
    grant_to_application()
    with as_application(), connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET priority = 0")
        cursor.execute("DELETE FROM announcements_delivery")
        cursor.execute("SELECT count(*) FROM django_migrations")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id bigserial)")
    with as_application(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO made_later DEFAULT VALUES")
        cursor.execute("DELETE FROM made_later")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_leaves_nothing_behind(turn):
    assert not Entry.objects.exists()
    move_shelf(new_id())
