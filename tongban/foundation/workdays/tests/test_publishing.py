"""A table that is not committed is seen by its own transaction only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections, transaction

from tongban.foundation.workdays import queries, services
from tongban.foundation.workdays.tables import YearTable

pytestmark = pytest.mark.django_db
DAY = date(2028, 1, 3)
TABLE = YearTable(2028, rest={DAY: "元旦"})


def publish():
    services.publish(TABLE, actor=None, reason="")


def in_another_thread(day):
    def ask():
        try:
            return queries.calendar().is_provisional(day)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(ask).result()


def test_an_uncommitted_table_is_seen_by_its_own_transaction_and_by_no_other_thread():
    queries.forget()
    publish()
    assert not queries.calendar().is_provisional(DAY), "its own transaction"
    assert in_another_thread(DAY), "2028 has no table that is committed"
    assert not queries.calendar().is_provisional(DAY), "and not what the other thread has kept"


@pytest.mark.parametrize("asked", [True, False])
def test_a_table_that_was_rolled_back_is_not_kept(asked):
    queries.forget()
    with transaction.atomic():
        publish()
        assert not asked or not queries.calendar().is_provisional(DAY)
        transaction.set_rollback(True)
    assert queries.calendar().is_provisional(DAY)


def test_an_ordinary_transaction_keeps_the_calendar(django_assert_num_queries):
    queries.forget()
    with transaction.atomic():
        kept = queries.calendar()
    with transaction.atomic(), django_assert_num_queries(0):
        assert queries.calendar() is kept


def test_the_calendar_is_read_again_after_the_commit(django_capture_on_commit_callbacks):
    kept = queries.calendar()
    with django_capture_on_commit_callbacks(execute=True):
        publish()
    assert queries._held is None
    assert queries.calendar() != kept
