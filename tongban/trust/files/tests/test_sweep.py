"""Contents without a row are removed after a day, but never while a writer is about to store a row for them."""

import os
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.testing import together
from tongban.trust.files import services, stores
from tongban.trust.files.models import StoredFile
from tongban.trust.files.sealed import IncomingContent
from tongban.trust.files.tests.samples import PDF, png
from tongban.trust.files.tests.test_files import ACTOR


def rolled_back(content):
    with suppress(ZeroDivisionError), transaction.atomic():
        services.store(content, name="a.pdf", actor=ACTOR)
        raise ZeroDivisionError


LATER = timedelta(days=1, minutes=1)


@pytest.mark.django_db(transaction=True)
def test_only_old_orphans_are_removed(place):
    kept = services.store(png(), name="a.png", actor=ACTOR)
    rolled_back(PDF)
    assert len(place.contents()) == 2
    assert services.sweep() == 0
    with clock.at_moment(clock.now() + LATER):
        assert services.sweep() == 1
        assert services.sweep() == 0
    assert list(place.contents()) == [kept.digest]
    assert services.read(kept.id) == png()


@pytest.mark.django_db(transaction=True)
def test_an_orphan_that_a_writer_stores_again_is_kept(place):
    """An old orphan is stored again; the sweep runs before the writer commits, and again afterwards."""
    rolled_back(PDF)
    written, go_on = threading.Event(), threading.Event()

    def writer():
        try:
            with transaction.atomic():
                services.store(PDF, name="again.pdf", actor=ACTOR)
                written.set()
                assert go_on.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert written.wait(60)
    with clock.at_moment(clock.now() + LATER):
        assert services.sweep() == 0
    go_on.set()
    thread.join()
    with clock.at_moment(clock.now() + LATER):
        assert services.sweep() == 0
    assert services.read(StoredFile.objects.get().id) == PDF


@pytest.mark.django_db
def test_leftovers_of_a_killed_process_are_removed_too(folder, capsys):
    left = IncomingContent()
    left.write(PDF)
    old = clock.now().timestamp() - LATER.total_seconds()
    assert services.sweep() == 0
    os.utime(left.path, (old, old))
    call_command("files", "sweep")
    assert capsys.readouterr().out == "Removed 1.\n"
    assert list(stores.workplace().iterdir()) == []
    left.close()


@pytest.mark.django_db
def test_a_command_reseals_the_headers(folder, capsys):
    stored = services.store(PDF, name="a.pdf", actor=ACTOR)
    call_command("files", "rewrap")
    assert "headers of 1" in capsys.readouterr().out
    assert services.read(stored.id) == PDF


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_of_the_same_content_store_it_once(place):
    stored = together(*[lambda: services.store(PDF, name="a.pdf", actor=ACTOR)] * 4)
    assert {type(one) for one in stored} == {StoredFile}
    assert len(place.contents()) == 1
    assert [services.read(stored.id) for stored in StoredFile.objects.all()] == [PDF] * 4
