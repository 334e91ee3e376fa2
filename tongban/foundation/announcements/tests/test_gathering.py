"""Within `together`, rows and entries are written at the end of the block, or not at all."""

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation.announcements import gathering
from tongban.foundation.announcements.gathering import is_new, save_later, settle, waiting
from tongban.foundation.announcements.models import Delivery
from tongban.foundation.announcements.services import announce, together
from tongban.foundation.announcements.tests.test_announcements import ACTOR, BellRung, heard
from tongban.foundation.ids import new_id
from tongban.trust.ledger.models import Entry

__all__ = ["heard"]


def ring(times: int = 1):
    return announce(BellRung(subject=new_id(), times=times), actor=ACTOR, reason=f"敲钟 {times}")


def a_row() -> Delivery:
    return Delivery(entry_id=new_id(), subscriber="bell")


@pytest.mark.django_db
def test_all_events_are_recorded_at_the_end_in_one_statement_and_in_their_order(heard):
    with together():
        ids = [ring(1), ring(2), ring(3)]
        assert not Entry.objects.exists()
        with CaptureQueriesContext(connection) as captured:
            settle()
    assert len([query for query in captured if "INSERT INTO ledger_entry" in query["sql"]]) == 1
    assert list(Entry.objects.order_by("id").values_list("id", flat=True)) == ids
    assert [entry.reason for entry in Entry.objects.order_by("id")] == ["敲钟 1", "敲钟 2", "敲钟 3"]
    assert ProcrastinateJob.objects.filter(task_name="announcements.deliver").count() == 6


@pytest.mark.django_db
def test_rows_are_saved_as_they_are_at_the_end_before_the_entries():
    row = a_row()
    with CaptureQueriesContext(connection) as captured, together():
        ring()
        assert save_later(row)
        row.subscriber = "as it is at the end"
    assert Delivery.objects.get().subscriber == "as it is at the end"
    tables = [query["sql"] for query in captured if "INSERT" in query["sql"]]
    assert ["announcements_delivery" in tables[0], "ledger_entry" in tables[1]] == [True, True]


@pytest.mark.django_db
def test_a_changed_row_is_updated_once():
    row = a_row()
    row.save()
    with CaptureQueriesContext(connection) as captured, together():
        for name in ("first", "second"):
            row.subscriber = name
            assert save_later(row)
    assert len(captured) == 1
    assert Delivery.objects.get().subscriber == "second"


class Refused(Exception):
    pass


def ring_and_fail() -> None:
    ring()
    assert save_later(a_row()) == (gathering._here() is not None)
    settle()
    ring()
    raise Refused


@pytest.mark.django_db(transaction=True)
def test_a_failure_leaves_neither_rows_nor_entries_nor_jobs(heard):
    with pytest.raises(Refused), transaction.atomic(), together():
        ring_and_fail()
    assert (Delivery.objects.count(), Entry.objects.count(), ProcrastinateJob.objects.count()) == (0, 0, 0)
    assert gathering._gathered.get() is None


@pytest.mark.django_db(transaction=True)
def test_what_happens_in_a_savepoint_that_is_undone_leaves_no_entry():
    """A caught refusal undoes its savepoint. Its events must not be recorded at the end of the block all the same."""
    with transaction.atomic(), together():
        kept = ring(1)
        with pytest.raises(Refused), transaction.atomic():
            ring_and_fail()
        with transaction.atomic():
            also = ring(3)
    assert set(Entry.objects.values_list("id", flat=True)) == {kept, also}


@pytest.mark.django_db
def test_waiting_rows_are_known_to_those_who_ask():
    row, other = a_row(), a_row()
    with together():
        save_later(row)
        assert waiting(Delivery) == [row]
        assert waiting(Entry) == []
        row.pk = 7
        assert is_new(7)
        assert not is_new(8)
        row.pk = None
        settle()
        assert waiting(Delivery) == []
        assert save_later(other)
    assert Delivery.objects.count() == 2


def test_outside_a_block_everything_is_written_at_once(db):
    assert not save_later(a_row())
    ring()
    assert Entry.objects.count() == 1
    settle()
    assert waiting(Delivery) == []


@pytest.mark.django_db(transaction=True)
def test_a_block_needs_a_transaction():
    with pytest.raises(TransactionManagementError), together():
        pass


@pytest.mark.django_db
def test_rows_that_wait_outside_a_savepoint_cannot_be_settled_within_it():
    """Otherwise whoever settles goes on to read rows as they were before."""
    with transaction.atomic(), together():
        assert save_later(a_row())
        with pytest.raises(RuntimeError, match="savepoint"), transaction.atomic():
            settle()
        settle()
        with transaction.atomic():
            settle()
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_two_instances_of_one_row_are_not_both_saved():
    """Each is written in full, so the last would undo what was changed in the first."""
    row = a_row()
    row.save()
    with together():
        assert save_later(row)
        with pytest.raises(RuntimeError, match="two instances"):
            save_later(Delivery.objects.get(pk=row.pk))
    with together():
        row.subscriber = "first"
        assert save_later(row)
        settle()
        again = Delivery.objects.get(pk=row.pk)
        again.subscriber += " and second"
        assert save_later(again)
    assert Delivery.objects.get().subscriber == "first and second"
