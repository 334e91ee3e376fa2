"""The prepared statements of submission and decision return what the ORM reads, and lock the same rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.foundation.ids import new_id
from tongban.handling.cases import hot
from tongban.handling.cases.locks import lock_case
from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.cases.rules.states import FINAL
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog


def fields_of(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def test_a_locked_case_has_its_application_and_department(application, django_assert_num_queries):
    case = factories.case_of(application, "household")
    with CaptureQueriesContext(connection) as captured:
        locked = lock_case(case.id)
        related = fields_of(locked.application), fields_of(locked.department)
    assert [query["sql"].split("FOR UPDATE")[1] for query in captured] == ["", " OF c"]
    assert fields_of(locked) == fields_of(Case.objects.get(id=case.id))
    assert related == (fields_of(Application.objects.get(id=application.id)), fields_of(case.department))


def test_an_unknown_case_is_none(db):
    assert hot.lock_application_of(new_id()) is None


def test_the_machines_open_step_of_the_round_is_found(application):
    case = factories.case_of(application, "birth-certificate")
    step = hot.open_machine_step(case)
    assert fields_of(step) == fields_of(Step.objects.get(case=case, kind="machine", state="open"))
    case.round = 2
    assert hot.open_machine_step(case) is None


@pytest.mark.parametrize("state", ["waiting", "submitted", "closed", "withdrawn", "lapsed"])
def test_another_case_is_known_by_its_state(application, state):
    case, *others = application.cases.order_by("position")
    application.cases.exclude(id=case.id).update(state="closed")
    Case.objects.filter(id=others[0].id).update(state=state)
    expected = application.cases.exclude(id=case.id).exclude(state__in=FINAL).exists()
    assert hot.has_other_case(case, but_in=FINAL) == expected
    assert expected == (state in {"waiting", "submitted"})


def test_a_waiting_follower_is_known(application):
    first, last = (factories.case_of(application, key) for key in ("birth-certificate", "parenting"))
    assert hot.has_waiting_follower(first) == Case.objects.filter(after=first, state="waiting").exists() is True
    assert not hot.has_waiting_follower(last)
    Case.objects.filter(after=first).update(state="withdrawn")
    assert not hot.has_waiting_follower(first)


def test_a_draft_is_known(parents):
    mother = parents.mother.subject_id
    assert not hot.has_draft(mother, "birth")
    draft = factories.start_newborn(parents.mother)
    assert hot.has_draft(mother, "birth")
    assert not hot.has_draft(mother, "other")
    Application.objects.filter(id=draft.id).update(state="discarded")
    assert not hot.has_draft(mother, "birth")


def test_where_items_stand_is_what_two_queries_told(city):
    from tongban.handling.catalog import services

    codes = ["HJ-01", "WJ-01", "XX-99"]
    services.withdraw_item("WJ-01", reason="停办", actor=factories.CITY)
    standings = catalog.standings(codes)
    assert {code: standing.newest for code, standing in standings.items()} == catalog.newest_items(codes)
    assert [s.newest.name for s in standings.values() if not s.in_force] == catalog.withdrawn(["HJ-01", "WJ-01"])
