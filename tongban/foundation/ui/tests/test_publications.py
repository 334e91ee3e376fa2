"""The triggers and the version: nothing that was replaced is shown, and nothing that is not committed is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.ui import publications
from tongban.foundation.ui.kept_pages import pages
from tongban.foundation.ui.publications import CATALOGUE
from tongban.foundation.ui.tests import kept_views
from tongban.foundation.ui.tests.kept_views import calls, elsewhere, number, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(kept_views.__name__)]


@pytest.fixture(autouse=True)
def _nothing_kept():
    pages.clear()
    calls.clear()


def test_a_publication_of_another_process_is_seen_by_the_next_reader():
    assert [number(Client()), number(Client())] == [1, 1]
    elsewhere(publish)
    assert [number(Client()), number(Client())] == [2, 2]
    elsewhere(lambda: publish("departments"))
    assert number(Client()) == 2, "a page that does not show departments"


def test_what_is_not_committed_is_not_seen_and_not_kept():
    began, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            publish()
            began.set()
            assert go_on.wait(20)

    with ThreadPoolExecutor(1) as other:
        work = other.submit(lambda: (slow(), connections.close_all()))
        assert began.wait(20)
        assert [number(Client()), number(Client())] == [1, 1]
        go_on.set()
        work.result()
    assert [number(Client()), number(Client())] == [2, 2]


def test_a_publication_between_the_version_and_the_page_makes_the_page_old(monkeypatch):
    """Whoever renders a page reads its version first, so what is published meanwhile is never missed."""

    echo = kept_views._echo

    def published_meanwhile(request):
        elsewhere(publish)
        return echo(request)

    monkeypatch.setattr(kept_views, "_echo", published_meanwhile)
    assert number(Client()) == 1
    monkeypatch.undo()
    assert [number(Client()), number(Client())] == [2, 2]


@transaction.atomic
def publish_and_fail():
    publish()
    raise ZeroDivisionError


def rows_of(versions):
    """The number of transactions by topic."""
    return {topic: int(version.partition(".")[0]) for topic, version in versions.items()}


def test_a_publication_that_was_rolled_back_changes_nothing_and_one_after_a_savepoint_counts():
    before = publications.versions()
    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert publications.versions() == before
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            publish_and_fail()
        publish()
        publish()
    after = publications.versions()
    assert rows_of(after)[CATALOGUE] == rows_of(before).get(CATALOGUE, 0) + 1, "however many statements it has"


def test_two_publishers_do_not_wait_for_each_other():
    both, before = threading.Barrier(2), rows_of(publications.versions())

    def run(first, second):
        try:
            with transaction.atomic():
                publish(first)
                both.wait(20)
                publish(second)
                both.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(run, CATALOGUE, "departments"), pool.submit(run, "departments", CATALOGUE)]:
            work.result()
    assert rows_of(publications.versions()) == {topic: before.get(topic, 0) + 2 for topic in (CATALOGUE, "departments")}


def test_without_the_database_nothing_comes_from_memory(monkeypatch):
    assert [number(Client()), number(Client())] == [1, 1]
    monkeypatch.setattr(publications, "versions", lambda: None)
    assert [number(Client()), number(Client())] == [2, 3]
    monkeypatch.undo()
    assert number(Client()) == 1, "nothing was published meanwhile"


def test_versions_are_asked_again_after_the_server_has_cut_the_connection():
    assert number(Client()) == 1
    backends = [line.info.backend_pid for line in publications._idle]
    assert backends
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [backends])
    assert number(Client()) == 1
    assert not set(backends) & {line.info.backend_pid for line in publications._idle}


def test_old_rows_are_forgotten_and_the_version_changes():
    publish()
    before = publications.versions()
    with clock.at_moment(clock.now() + publications.KEPT_FOR + timedelta(hours=1)):
        assert publications.forget_old() > 0
    publish()
    assert publications.versions() != before
