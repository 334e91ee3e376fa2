"""What a process keeps by version: never what was replaced, nothing within a transaction, and no more than it may."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from tongban.foundation import clock
from tongban.foundation.ui import publications
from tongban.foundation.ui.by_version import ByVersion
from tongban.foundation.ui.publications import CATALOGUE
from tongban.foundation.ui.tests.kept_views import elsewhere, publish

pytestmark = pytest.mark.django_db(transaction=True)


class Made:
    """Says how often it was made."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


@pytest.fixture
def kept():
    return ByVersion(CATALOGUE, most=3)


def test_a_value_is_made_once_for_each_key_until_another_connection_publishes(kept):
    made = Made()
    assert [kept.get("a", made), kept.get("a", made), kept.get("b", made), kept.get("a", made)] == [1, 1, 2, 1]
    elsewhere(publish)
    assert [kept.get("a", made), kept.get("a", made), kept.get("b", made)] == [3, 3, 4]
    elsewhere(lambda: publish("departments"))
    assert kept.get("a", made) == 3, "it is not made of departments"


def test_a_value_during_whose_making_something_is_published_is_made_again(kept):
    made = Made()

    def slow():
        elsewhere(publish)
        return made()

    assert [kept.get("a", slow), kept.get("a", made), kept.get("a", made)] == [1, 2, 2]


def test_a_late_value_of_an_old_version_does_not_replace_a_new_one(kept):
    began, go_on = threading.Event(), threading.Event()

    def slow():
        began.set()
        assert go_on.wait(20)
        return "old"

    with ThreadPoolExecutor(1) as other:
        work = other.submit(lambda: (kept.get("a", slow), connections.close_all()))
        assert began.wait(20)
        elsewhere(publish)
        assert kept.get("a", lambda: "new") == "new"
        go_on.set()
        work.result()
    assert kept.get("a", lambda: "newest") != "old"


def test_within_a_transaction_nothing_is_kept_and_nothing_kept_is_used(kept):
    made = Made()
    assert kept.get("a", made) == 1
    with transaction.atomic():
        publish()
        assert [kept.get("a", made), kept.get("a", made)] == [2, 3]
        transaction.set_rollback(True)
    assert kept.get("a", made) == 1, "what was rolled back was never published"


def test_a_value_that_ages_ends_at_its_time_and_memory_is_bounded(kept):
    made, now = Made(), clock.now()
    with clock.at_moment(now):
        assert [kept.get("a", made, lambda _: now + timedelta(minutes=1)) for _ in range(2)] == [1, 1]
    with clock.at_moment(now + timedelta(minutes=2)):
        assert kept.get("a", made, lambda _: now + timedelta(minutes=9)) == 2
    for number in range(20):
        kept.get(number, made)
        assert len(kept._values) <= 3


def test_how_long_a_value_is_kept_may_depend_on_the_value(kept):
    made, now = Made(), clock.now()
    until = lambda value: now + timedelta(minutes=value)  # noqa: E731
    assert kept.get("a", made, until) == 1
    with clock.at_moment(now + timedelta(minutes=2)):
        assert [kept.get("a", made, until), kept.get("a", made, until)] == [2, 3]
    with clock.at_moment(now + timedelta(minutes=1)):
        assert kept.get("a", made, until) == 3


def test_when_memory_is_full_only_the_oldest_value_goes(kept):
    made = Made()
    for key in "abcd":
        kept.get(key, made)
    assert [kept.get(key, made) for key in "bcd"] == [2, 3, 4]
    assert kept.get("a", made) == 5
    assert [kept.get(key, made) for key in "cda"] == [3, 4, 5]


def test_without_an_answer_of_the_database_nothing_comes_from_memory(kept, monkeypatch):
    made = Made()
    assert kept.get("a", made) == 1
    monkeypatch.setattr(publications, "versions", lambda: None)
    assert [kept.get("a", made), kept.get("a", made)] == [2, 3]
    assert not connection.in_atomic_block
