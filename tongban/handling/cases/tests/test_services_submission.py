"""A submission becomes a graph of cases, once; cases without predecessors start, the others wait."""

import pytest

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import Conflict
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Case, CaseDependency
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.services.submission import Incomplete
from tongban.handling.cases.tests import factories
from tongban.trust.ledger import queries as ledger


def states(application):
    return dict(application.cases.values_list("step_key", "state"))


@pytest.mark.req("C3")
def test_a_submission_creates_nine_numbered_cases_of_seven_departments(application):
    cases = list(application.cases.select_related("department"))
    assert len(cases) == 9
    assert len({case.department.name for case in cases}) == 7
    assert all(is_case_number(case.number) for case in cases)
    assert is_case_number(application.number)
    assert len({case.number for case in cases} | {application.number}) == 10


@pytest.mark.req("C3")
def test_cases_without_predecessors_start_and_the_rest_wait(application):
    begun = {key for key, state in states(application).items() if state != State.WAITING}
    assert begun == {"birth-certificate", "parenting"}
    assert not Case.objects.filter(state=State.WAITING, received_at__isnull=False).exists()
    assert not Case.objects.filter(state=State.WAITING, steps__isnull=False).exists()


@pytest.mark.req("C3")
def test_submitting_twice_creates_one_application(application, parents):
    again = services.submit(application.id, actor=parents.mother)
    assert again.number == application.number
    assert Application.objects.count() == 1
    assert Case.objects.count() == 9
    submitted = [e for e in ledger.entries_of(application.id) if e.type == "cases.ApplicationSubmitted"]
    assert len(submitted) == 1


def test_an_incomplete_draft_names_every_gap(parents):
    draft = factories.start_newborn(parents.mother)
    factories.forget_records(draft, {"married": "no"})
    services.save_answers(draft.id, factories.ANSWERS | {"married": "no"}, page="questions", actor=parents.mother)
    with pytest.raises(Incomplete) as refusal:
        services.submit(draft.id, actor=parents.mother)
    places = {(problem.page, problem.field) for problem in refusal.value.problems}
    assert ("child", "given_name") in places
    assert ("materials", "father-acknowledgement") in places
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not Case.objects.exists()


def test_uploads_of_unmarried_parents_are_asked_for_once_for_all_items(city):
    parents = factories.make_parents(city, married=False)
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, married="no")
    with pytest.raises(Incomplete) as refusal:
        services.submit(draft.id, actor=parents.mother)
    assert [p.field for p in refusal.value.problems] == ["father-acknowledgement"]


@pytest.mark.req("C3")
def test_no_case_starts_before_its_predecessors_are_granted(handled):
    for edge in CaseDependency.objects.select_related("case", "predecessor"):
        if edge.case.received_at is not None:
            assert edge.predecessor.decision == "granted"
            assert edge.predecessor.decided_at <= edge.case.received_at
    assert list(queries.broken_invariants()) == []


@pytest.mark.req("A4")
def test_withdrawing_ends_every_undecided_case(handled, parents):
    before = {key for key, state in states(handled).items() if state == State.CLOSED}
    services.withdraw(handled.id, reason="不办了", actor=parents.mother)
    after = states(handled)
    assert {key for key, state in after.items() if state == State.CLOSED} == before
    assert {after[key] for key in ("maternity", "childcare", "social-card")} == {State.WITHDRAWN}
    handled.refresh_from_db()
    assert handled.state == "closed"
    assert list(queries.broken_invariants()) == []


def test_withdrawing_immediately_records_each_case_once_with_the_applicants_reason(application, parents):
    services.withdraw(application.id, reason="填错了", actor=parents.mother)
    for case in application.cases.all():
        told = [e for e in ledger.entries_of(case.id) if e.type == "cases.CaseWithdrawn"]
        assert len(told) == 1, case.step_key
        assert "填错了" in case.reason
    assert run_pending_jobs() >= 2  # among them the machine, which comes twice and finds nothing to do
    assert set(states(application).values()) == {State.WITHDRAWN}
    with pytest.raises(Conflict):
        services.withdraw(application.id, reason="再撤", actor=parents.mother)


def test_a_case_with_two_ending_predecessors_ends_once(application, parents):
    """The case and its predecessor both wait for the same third case."""
    first, last = (factories.case_of(application, key) for key in ("birth-certificate", "premium"))
    CaseDependency.objects.create(case=last, predecessor=first)
    services.withdraw(application.id, reason="不办了", actor=parents.mother, case_id=first.id)
    assert [e.type for e in ledger.entries_of(last.id)].count("cases.CaseWithdrawn") == 1


def test_one_case_can_be_withdrawn_with_its_successors(application, parents):
    household = factories.case_of(application, "household")
    services.withdraw(application.id, reason="改天落户", actor=parents.mother, case_id=household.id)
    withdrawn = {key for key, state in states(application).items() if state == State.WITHDRAWN}
    assert withdrawn == {"household", "insurance", "premium", "social-card", "childcare"}
    insurance, premium = (factories.case_of(application, key) for key in ("insurance", "premium"))
    assert insurance.reason == f"前置事项“{household.name}”已结束：改天落户"
    assert premium.reason == f"前置事项“{insurance.name}”已结束：{insurance.reason}"
