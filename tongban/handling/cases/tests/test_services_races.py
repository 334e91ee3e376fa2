"""Races between two submissions, two officers or two machines: one wins, and nothing happens twice."""

import pytest

from tongban.exchange.licences.models import Licence
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.testing import together
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import StepAlreadyDone
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.trust.ledger import queries as ledger

INSURANCE = "市医疗保障局"


@pytest.fixture
def shared_city(transactional_db):
    city = factories.make_city()
    return city, factories.make_parents(city)


@pytest.mark.req("A4")
def test_two_tabs_start_one_draft(shared_city):
    _, parents = shared_city
    drafts = together(*[lambda: factories.start_newborn(parents.mother)] * 3)
    assert len({draft.id for draft in drafts}) == 1
    assert Application.objects.count() == 1


@pytest.mark.req("A4")
def test_two_clicks_make_one_application(shared_city):
    _, parents = shared_city
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    receipts = together(*[lambda: services.submit(draft.id, actor=parents.mother)] * 3)
    assert len({receipt.number for receipt in receipts}) == 1
    assert Case.objects.count() == 9
    assert [e.type for e in ledger.entries_of(draft.id)].count("cases.ApplicationSubmitted") == 1


@pytest.mark.req("C1")
def test_two_officers_decide_one_case_and_the_slower_one_is_told(shared_city):
    city, parents = shared_city
    application = factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    case = factories.case_of(application, "maternity")
    services.accept(case.steps.get(kind="accept").id, actor=city.officer(INSURANCE, "window"))
    for step in case.steps.filter(kind="opinion"):
        services.give_opinion(step.id, outcome="agree", opinion="一致", actor=officer_for(step))
    step = case.steps.get(kind="decide")
    first, second = city.officer(INSURANCE, "head"), factories.make_officer(city, INSURANCE, "head")
    results = together(
        lambda: services.decide(step.id, outcome="grant", opinion="同意", actor=first),
        lambda: services.decide(step.id, outcome="deny", opinion="不同意", actor=second),
    )
    assert sum(isinstance(result, StepAlreadyDone) for result in results) == 1
    assert sum(isinstance(result, Case) for result in results) == 1
    case.refresh_from_db()
    decisions = [e.type for e in ledger.entries_of(case.id) if e.type in {"cases.CaseGranted", "cases.CaseDenied"}]
    assert len(decisions) == 1
    assert Licence.objects.filter(case_number=case.number).count() == 1


@pytest.mark.req("C4")
def test_two_workers_grant_a_case_once(shared_city):
    _, parents = shared_city
    case = factories.case_of(factories.submitted_newborn(parents.mother), "birth-certificate")
    results = together(*[lambda: services.decide_by_machine(case.id)] * 3)
    assert not [result for result in results if isinstance(result, Exception)]
    assert Licence.objects.filter(case_number=case.number).count() == 1
    assert [e.type for e in ledger.entries_of(case.id)].count("cases.CaseGranted") == 1


def test_a_machine_decision_and_a_withdrawal_cannot_both_succeed(shared_city):
    _, parents = shared_city
    application = factories.submitted_newborn(parents.mother)
    case = factories.case_of(application, "birth-certificate")
    together(
        lambda: services.decide_by_machine(case.id),
        lambda: services.withdraw(application.id, reason="不办了", actor=parents.mother),
    )
    run_pending_jobs()
    case.refresh_from_db()
    events = [e.type for e in ledger.entries_of(case.id)]
    outcome = (
        case.state,
        events.count("cases.CaseGranted"),
        events.count("cases.CaseWithdrawn"),
        Licence.objects.filter(case_number=case.number).count(),
    )
    assert outcome in {(State.CLOSED, 1, 0, 1), (State.WITHDRAWN, 0, 1, 0)}
    assert (case.decision == "granted") == (case.state == State.CLOSED)
    assert Licence.objects.filter(case_number=case.number).count() == (1 if case.state == State.CLOSED else 0)
    assert list(queries.broken_invariants()) == []


def test_case_numbers_of_one_day_never_repeat(shared_city):
    city, parents = shared_city
    others = [factories.make_parents(city) for _ in range(2)]
    drafts = []
    for couple in (parents, *others):
        draft = factories.start_newborn(couple.mother)
        factories.answer(draft, couple.mother)
        drafts.append((draft, couple.mother))
    results = together(*[lambda d=d, m=m: services.submit(d.id, actor=m) for d, m in drafts])
    assert not [result for result in results if isinstance(result, Exception)]
    numbers = list(Case.objects.values_list("number", flat=True)) + [r.number for r in results]
    assert len(numbers) == len(set(numbers)) == 30
