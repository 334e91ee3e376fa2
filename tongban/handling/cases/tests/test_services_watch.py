"""What happens when deadlines pass and nobody has acted."""

from datetime import datetime, time, timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.machine import refer_to_person
from tongban.handling.cases.tests import factories
from tongban.trust.ledger import queries as ledger

INSURANCE = "市医疗保障局"


def noon_after(day, more=1):
    return clock.at_moment(datetime.combine(day + timedelta(days=more), time(12), tzinfo=clock.CITY_TIME))


def test_five_working_days_of_silence_accept_a_case(handled):
    case = factories.case_of(handled, "maternity")
    due = case.steps.get(kind="accept").due_on
    assert due == workdays.calendar().nth_workday(clock.legal_day(case.received_at), 5)
    with noon_after(due, more=0):
        assert services.accept_silent_cases() == 0
    with noon_after(due):
        assert services.accept_silent_cases() == 3  # maternity, childcare and the card
        assert services.accept_silent_cases() == 0
    case.refresh_from_db()
    assert case.state == State.REVIEW
    entry = next(e for e in ledger.entries_of(case.id) if e.type == "cases.CaseAccepted")
    assert entry.actor == "machine:silent-acceptance/1"
    assert "第三十二条" in entry.reason
    promised = workdays.calendar().nth_workday(clock.legal_day(case.received_at), 5)
    assert case.promise_due == promised  # the clock runs from the receipt


def test_a_failing_case_does_not_prevent_the_silent_acceptance_of_others(handled, monkeypatch):
    steps = handled.cases.filter(steps__kind="accept", steps__state="open").order_by("steps__id")
    broken, *others = steps
    advance = progress.advance

    def stumbling(case, **more):
        if case.id == broken.id:
            raise LookupError("the item's department is gone")
        advance(case, **more)

    monkeypatch.setattr(progress, "advance", stumbling)
    with noon_after(broken.steps.get(kind="accept").due_on), pytest.raises(LookupError, match="is gone"):
        services.accept_silent_cases()
    assert [factories.case_of(handled, one.step_key).state for one in others] == [State.REVIEW] * 2
    assert factories.case_of(handled, broken.step_key).state == State.SUBMITTED


def correct(city, application, parents):
    case = factories.case_of(application, "maternity")
    services.request_correction(
        case.steps.get(kind="accept", state="open").id,
        wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
        actor=city.officer(INSURANCE, "window"),
    )
    return case


def test_an_unanswered_correction_lapses_after_its_deadline(city, handled, parents):
    case = correct(city, handled, parents)
    due = case.corrections.get().due_on
    assert due == workdays.calendar().nth_workday(clock.legal_day(clock.now()), 15)
    with noon_after(due, more=0):
        assert services.lapse_uncorrected_cases() == 0
    with noon_after(due):
        assert services.lapse_uncorrected_cases() == 1
        assert services.lapse_uncorrected_cases() == 0
    case.refresh_from_db()
    assert case.state == State.LAPSED
    assert case.reason


def test_a_case_in_correction_is_not_accepted_by_silence(city, handled, parents):
    case = correct(city, handled, parents)
    with noon_after(clock.legal_day(clock.now()), more=12):
        services.accept_silent_cases()
    case.refresh_from_db()
    assert case.state == State.CORRECTION


def test_after_a_correction_the_five_days_start_again(city, handled, parents):
    case = correct(city, handled, parents)
    start = clock.legal_day(clock.now())
    with noon_after(start, more=9):
        answered = clock.legal_day(clock.now())
        services.attach(handled.id, "medical-bills", content=factories.PDF, name="票据.pdf", actor=parents.mother)
        services.resubmit(case.id, actor=parents.mother)
        step = case.steps.get(kind="accept", state="open")
        assert step.due_on == workdays.calendar().nth_workday(answered, 5)
    with noon_after(answered):
        services.accept_silent_cases()
    case.refresh_from_db()
    assert case.state == State.SUBMITTED


def test_a_case_that_the_machine_could_not_finish_goes_to_a_person(application):
    case = factories.case_of(application, "birth-certificate")
    assert services.refer_stuck_cases() == 0
    with clock.at_moment(clock.now() + timedelta(minutes=11)):
        assert services.refer_stuck_cases() >= 1
        assert services.refer_stuck_cases() == 0
    assert case.steps.get(kind="machine").state == "cancelled"
    assert case.steps.get(kind="accept").state == "open"
    services.decide_by_machine(case.id)
    assert factories.case_of(application, "birth-certificate").state == "submitted"


def test_a_case_that_the_machine_finished_meanwhile_is_not_given_to_a_person(application):
    case = factories.case_of(application, "birth-certificate")
    services.decide_by_machine(case.id)
    refer_to_person(case.id, "迟到的转办")
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert not case.steps.exclude(kind="machine").exists()
