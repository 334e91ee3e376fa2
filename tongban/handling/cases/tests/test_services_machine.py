"""The machine grants what a rule lets it grant, never denies, and may be killed at any moment."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import Marriage
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.announcements.gathering import save_later
from tongban.foundation.announcements.services import together
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import events, queries, services
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.moves import announce_move, move
from tongban.handling.cases.services.rereading import changed_records
from tongban.handling.cases.tests import factories
from tongban.people.identity.actors import machine
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.queries.folding import fold_findings

INSTANT = {"birth-certificate", "vaccination", "household", "insurance", "premium", "parenting"}


@pytest.mark.req("C4")
def test_instant_cases_are_granted_and_rule_and_inputs_recorded(handled):
    decided = {case.step_key: case for case in handled.cases.filter(decision="granted")}
    assert set(decided) == INSTANT
    for case in decided.values():
        assert case.automatic
        assert case.basis["rule"]
        assert case.item_code in case.basis["item"]
        assert set(case.basis["materials"].values()) <= {"licence", "data", "form"}
        assert case.state == State.CLOSED


def test_every_instant_case_issues_its_result(handled):
    numbers = dict(handled.cases.filter(decision="granted").values_list("number", "step_key"))
    issued = Licence.objects.filter(case_number__in=numbers).values_list("case_number", flat=True)
    assert sorted(issued) == sorted(numbers)


@pytest.mark.req("C4")
def test_a_failed_exemption_goes_to_a_person_and_never_causes_a_refusal(parents):
    application = factories.submitted_newborn(parents.mother)
    card = Licence.objects.get(holder_id=parents.father.subject_id, type__key="id-card")
    licences.change_status(card.id, to="suspended", reason="挂失", actor=factories.CITY)
    run_pending_jobs()
    case = factories.case_of(application, "birth-certificate")
    assert (case.state, case.decision) == (State.SUBMITTED, "")
    assert case.steps.get(state="open").kind == "accept"
    assert case.steps.get(kind="machine").state == "cancelled"
    assert case.promised_days == 1
    material = case.materials.get(key="father-id-card")
    assert not material.met
    assert material.reason
    referred = next(e for e in ledger.entries_of(case.id) if e.type == "cases.CaseReferred")
    assert "父亲" in referred.reason
    assert list(queries.broken_invariants()) == []


def test_field_case_a_third_surname_is_decided_by_a_person(parents):
    application = factories.submitted_newborn(parents.mother, surname_of="whole", given_name="王安然")
    run_pending_jobs()
    case = factories.case_of(application, "birth-certificate")
    assert (case.state, case.decision, case.promised_days) == (State.SUBMITTED, "", 1)
    assert case.steps.get(state="open").kind == "accept"
    referred = next(e for e in ledger.entries_of(case.id) if e.type == "cases.CaseReferred")
    assert "第一千零一十五条" in referred.reason
    assert not Licence.objects.filter(case_number=case.number).exists()


def test_an_upload_is_examined_by_a_person(parents):
    application = factories.submitted_newborn(parents.mother, uploads=("father-acknowledgement",), married="no")
    case = factories.case_of(application, "birth-certificate")
    assert case.steps.get(state="open").kind == "accept"


@pytest.mark.req("C4")
def test_the_database_itself_refuses_an_automatic_denial(application):
    case = factories.case_of(application, "parenting")
    case.automatic, case.decision, case.decided_at = True, "denied", clock.now()
    with pytest.raises(IntegrityError, match="a_machine_only_grants"), transaction.atomic():
        case.save()


def test_deciding_a_case_repeatedly_grants_it_once(application):
    case = factories.case_of(application, "birth-certificate")
    for _ in range(3):
        services.decide_by_machine(case.id)
    assert Licence.objects.filter(case_number=case.number).count() == 1
    granted = [e for e in ledger.entries_of(case.id) if e.type == "cases.CaseGranted"]
    assert len(granted) == 1


def test_a_worker_that_dies_midway_leaves_nothing_half_written(application, monkeypatch):
    case = factories.case_of(application, "birth-certificate")
    before = len(ledger.entries_of(case.id))
    real, calls = licences.issue_result, []

    def die_once(*args, **more):
        calls.append(args)
        issued = real(*args, **more)
        if len(calls) == 1:
            raise RuntimeError("the worker was killed")
        return issued

    monkeypatch.setattr(licences, "issue_result", die_once)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.decide_by_machine(case.id)
    case.refresh_from_db()
    application.refresh_from_db()
    assert (case.state, case.decision) == (State.SUBMITTED, "")
    assert "child.id" not in application.facts
    assert not Licence.objects.filter(case_number=case.number).exists()
    assert len(ledger.entries_of(case.id)) == before
    services.decide_by_machine(case.id)
    case.refresh_from_db()
    assert (case.state, case.decision) == (State.CLOSED, "granted")
    assert Licence.objects.filter(case_number=case.number).count() == 1


@pytest.mark.req("H4")
def test_every_change_of_state_records_an_event_with_actor_and_time(handled):
    expected = {
        State.CLOSED: ["CaseAccepted", "CaseGranted", "ResultDelivering", "CaseClosed"],
        State.SUBMITTED: [],
    }
    for case in Case.objects.filter(application=handled):
        entries = ledger.entries_of(case.id)
        names = [e.type.removeprefix("cases.") for e in entries]
        assert names[0] == ("CaseHeld" if case.dependencies.exists() else "CaseReceived")
        assert ("CaseReleased" in names) == ("CaseHeld" in names)
        for name in expected[State(case.state)]:
            assert names.count(name) == 1, (case.step_key, names)
        assert all(e.actor and e.at for e in entries)
        assert all(e.payload["number"] == case.number for e in entries)


def test_no_event_contains_personal_data(handled):
    number = factories.case_of(handled, "household").application.facts["child.number"]
    for entry in ledger.entries_of([handled.id, *handled.cases.values_list("id", flat=True)]):
        text = str(entry.payload)
        assert "张知予" not in text
        assert "李文敏" not in text
        assert number not in text


@pytest.mark.req("C4", "H4")
def test_each_entry_of_a_decision_shows_the_case_as_its_event_left_it(application):
    """An auditor who reads that a case was accepted must not see one that is already decided and closed."""
    case = factories.case_of(application, "birth-certificate")
    services.decide_by_machine(case.id)
    seen = {}
    for entry in ledger.entries_of(case.id):
        if "rows" in entry.payload:
            row = entry.payload["rows"]["cases_case"][str(case.id)]
            steps = entry.payload["rows"]["cases_step"]
            name = entry.type.removeprefix("cases.")
            seen[name] = (row["state"], "decided_at" in row, "closed_at" in row, len(steps))
    assert seen == {
        "CaseReceived": ("submitted", False, False, 0),
        "CaseAccepted": ("accepted", False, False, 0),
        "CaseGranted": ("granted", True, False, 1),
        "ResultDelivering": ("delivering", True, False, 1),
        "CaseClosed": ("closed", True, True, 1),
    }
    assert list(fold_findings()) == []


def test_an_entry_before_a_row_was_inserted_does_not_show_it(application):
    """Steps belong to their case, so that an entry shows all of them that there are."""
    case = factories.case_of(application, "birth-certificate")
    done = Step(
        case=case, round=case.round, key="extra", name="补", kind="opinion", department=case.department, state="done",
        opened_at=clock.now(), done_at=clock.now(),
    )  # fmt: skip
    with transaction.atomic(), together():
        announce_move(case, events.ReviewBegun, actor=machine("a-rule/1"), at=clock.now())
        assert save_later(done)
        announce_move(case, events.ReviewCompleted, actor=machine("a-rule/1"), at=clock.now())
    shown = [list(entry.payload["rows"]["cases_step"]) for entry in ledger.entries_of(case.id)[-2:]]
    assert shown == [[], [str(done.id)]]


def test_a_row_changed_only_after_an_event_is_shown_as_it_was(application):
    """Nothing said beforehand that the case would change, so what was held back is recorded first."""
    case = factories.case_of(application, "birth-certificate")
    with transaction.atomic(), together():
        announce_move(case, events.ReviewBegun, actor=machine("a-rule/1"), at=clock.now())
        move(case, State.ACCEPTED, events.CaseAccepted, actor=machine("a-rule/1"), at=clock.now())
    rows = [entry.payload["rows"]["cases_case"][str(case.id)] for entry in ledger.entries_of(case.id)[-2:]]
    assert [row["state"] for row in rows] == ["submitted", "accepted"]


def test_field_case_parents_whose_marriage_no_register_knows_are_not_married_by_saying_so(city):
    """The certificate of a marriage to somebody else stood for it, and for the birth certificate nothing was asked."""
    parents, others = factories.make_parents(city, married=False), factories.make_parents(city, married=False)
    mother, other = parents.mother.subject_id, others.father.subject_id
    at = date(2022, 5, 20)
    libraries.record_marriage(husband_id=other, wife_id=mother, registered_on=at, actor=factories.CITY)
    factories.issue_licence(city, "marriage-certificate", mother, "市民政局", clock.now())
    application = factories.submitted_newborn(parents.mother, married="yes")
    household = application.cases.get(item_code="HJ-01")
    assert household.materials.get(key="marriage-certificate").way == "licence"
    run_pending_jobs()
    certificate = application.cases.get(item_code="WJ-01")
    assert certificate.decision != "granted"
    assert certificate.steps.get(kind="machine").state == "cancelled"
    assert "没有查到登记记录" in next(
        e.reason for e in ledger.entries_of([certificate.id]) if e.type == "cases.CaseReferred"
    )
    for item in (progress.item_of(certificate), progress.item_of(household)):
        assert Plan(application).unproven(item) == ["父母登记结婚了吗？"]


def test_field_case_a_marriage_that_ended_after_the_draft_was_begun_goes_to_a_person(parents):
    """Field case: the draft had "married: yes" from the register, and the machine never asked the register again."""
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    assert draft.answers["married"] == "yes"
    assert "married" in draft.sources
    marriage = Marriage.objects.get(wife_id=parents.mother.subject_id)
    marriage.ended_on = clock.legal_day(clock.now())
    marriage.save()
    application = services.submit(draft.id, actor=parents.mother)
    run_pending_jobs()
    certificate = factories.case_of(application, "birth-certificate")
    assert (certificate.state, certificate.decision) == (State.SUBMITTED, "")
    assert certificate.steps.get(state="open").kind == "accept"
    (referred,) = [e for e in ledger.entries_of([certificate.id]) if e.type == "cases.CaseReferred"]
    assert "父母登记结婚了吗？" in referred.reason
    assert "现在已查不到这条登记" in referred.reason


def test_the_register_is_asked_again_only_for_items_that_rest_on_a_record(handled, django_assert_num_queries):
    plan = Plan(handled)
    asked = {case.item_code: plan.resting_on_records(progress.item_of(case)) for case in handled.cases.all()}
    assert {code for code, questions in asked.items() if questions} >= {"WJ-01", "HJ-01"}
    case = factories.case_of(handled, "vaccination")
    assert not asked[case.item_code]
    item = progress.item_of(case)
    with django_assert_num_queries(0):
        assert list(changed_records(plan, item, case, actor=machine("test"), at=clock.now())) == []
