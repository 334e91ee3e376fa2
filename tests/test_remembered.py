"""Shared test data is built once per process and restored with the same rows and files, or built again."""

import shutil
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from tongban.foundation import clock, testing
from tongban.handling.cases.tests import factories
from tongban.people.organisation import services as organisation
from tongban.trust.ledger.models import Entry

pytestmark = pytest.mark.django_db


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    shutil.rmtree(settings.FILE_FOLDER, ignore_errors=True)


def test_restored_data_equals_the_built_data():
    testing.build_again()
    seen = []
    for _ in range(2):
        with taken_back():
            city = factories.make_city()
            application = factories.handled_newborn(factories.make_parents(city).mother)
            seen.append((testing._state(), city, application.id))
    assert seen[0] == seen[1]
    assert seen[0][0]["cases_case"][0] == 9


def test_data_is_built_again_if_anything_differs():
    built = []
    file = Path(settings.FILE_FOLDER) / "aa" / "one"

    def build():
        file.parent.mkdir(parents=True)
        file.write_bytes(b"sealed")
        built.append(organisation.establish_division("990100", name="云州市", level="city", actor=factories.CITY).code)

    for _ in range(2):
        with taken_back():
            testing.remembered(("division",), build)
            assert file.read_bytes() == b"sealed"
    assert len(built) == 1
    with taken_back(), clock.at_moment(clock.now() + timedelta(days=1)):
        testing.remembered(("division",), build)
    assert len(built) == 2
    with taken_back():
        organisation.establish_division("990200", name="云山市", level="city", actor=factories.CITY)
        testing.remembered(("division",), build)
    assert len(built) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_transactional_test_restores_the_tables_for_the_next_test(turn):
    before = testing._state()
    assert not Entry.objects.exists()
    assert before["workdays_calendar_day"][0] > 1000
    assert before["crypto_data_key"][0]
    factories.make_city()
    assert testing._state() != before
