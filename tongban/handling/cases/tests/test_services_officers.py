"""Officers accept, request corrections, give opinions in parallel, decide, make and deliver."""

import pytest

from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import queries, services
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import StepAlreadyDone
from tongban.handling.cases.services.submission import Incomplete
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.trust.ledger import queries as ledger

INSURANCE = "市医疗保障局"


class Desk:
    """The reimbursement case on its way through the department."""

    def __init__(self, city, application, step_key="maternity", department=INSURANCE):
        self.city, self.application, self.step_key, self.department = city, application, step_key, department

    @property
    def case(self):
        return factories.case_of(self.application, self.step_key)

    def open(self, kind):
        return self.case.steps.filter(kind=kind, state="open").order_by("key").first()

    def officer(self, kind):
        return self.city.officer(self.department, kind)

    def accept(self):
        return services.accept(self.open("accept").id, actor=self.officer("window"))

    def opinions(self):
        for step in self.case.steps.filter(kind="opinion", state="open"):
            services.give_opinion(step.id, outcome="agree", opinion="一致", actor=officer_for(step))

    def decide(self, outcome="grant", opinion="符合条件"):
        step = self.open("decide")
        return services.decide(step.id, outcome=outcome, opinion=opinion, actor=self.officer("head"))


@pytest.fixture
def desk(city, handled):
    return Desk(city, handled)


@pytest.mark.req("C1")
def test_acceptance_starts_the_clock(desk):
    desk.accept()
    case, today = desk.case, clock.legal_day(clock.now())
    assert case.state == State.REVIEW
    assert case.promise_due == workdays.calendar().nth_workday(today, 5)
    assert case.legal_due == workdays.calendar().nth_workday(today, 20)
    assert case.accepted_at


@pytest.mark.req("C2")
def test_opinions_are_given_in_parallel_and_the_decision_waits_for_both(desk):
    desk.accept()
    first, second = desk.case.steps.filter(kind="opinion")
    assert first.state == second.state == "open"
    services.give_opinion(second.id, outcome="disagree", opinion="票据存疑", actor=desk.officer("handler"))
    assert desk.case.state == State.REVIEW
    assert desk.open("decide") is None
    services.give_opinion(first.id, outcome="agree", opinion="一致", actor=officer_for(first))
    assert desk.case.state == State.DECISION_PENDING
    assert desk.open("decide") is not None


def test_what_nobody_sees_is_no_part_of_an_opinion_from_any_door(desk):
    desk.accept()
    step = desk.open("opinion")
    with pytest.raises(Invalid):
        services.give_opinion(step.id, outcome="agree", opinion="\u200b \u202e", actor=officer_for(step))
    services.give_opinion(step.id, outcome="agree", opinion="\u202e一致\u200b，½ 属实", actor=officer_for(step))
    step.refresh_from_db()
    assert step.opinion == "一致，½ 属实"


@pytest.mark.req("B5")
def test_one_officer_cannot_give_both_opinions_of_a_stage(desk):
    desk.accept()
    first, second = desk.case.steps.filter(kind="opinion").order_by("key")
    handler = desk.officer("handler")
    services.give_opinion(first.id, outcome="agree", opinion="一致", actor=handler)
    with pytest.raises(NotAllowed, match="须由另一位同事给出"):
        services.give_opinion(second.id, outcome="agree", opinion="一致", actor=handler)
    file = queries.case_file(desk.case.number, handler)
    assert file.actionable == []
    ((step, why),) = file.for_colleagues
    assert step == second
    assert "另一位同事" in why
    colleague = officer_for(second)
    assert colleague.subject_id != handler.subject_id
    assert queries.case_file(desk.case.number, colleague).actionable == [second]
    services.give_opinion(second.id, outcome="agree", opinion="一致", actor=colleague)
    assert desk.case.state == State.DECISION_PENDING


@pytest.mark.req("C2")
def test_a_new_round_needs_new_opinions(desk, parents):
    """Opinions on the materials of the first round do not count in the second."""
    desk.accept()
    desk.opinions()
    first, second = desk.case.steps.filter(kind="opinion").order_by("key")
    desk.case.steps.filter(id__in=[first.id, second.id]).update(round=2)
    desk.case.steps.filter(id=second.id).update(state="open", done_at=None, done_by=None)
    desk.case.steps.filter(id=first.id).update(round=3)
    second.refresh_from_db()
    assert officer_for(second).subject_id == desk.officer("handler").subject_id


def test_a_step_that_no_colleague_can_take_is_reported(desk):
    desk.accept()
    first, second = desk.case.steps.filter(kind="opinion").order_by("key")
    services.give_opinion(first.id, outcome="agree", opinion="一致", actor=officer_for(first))
    held = identity_queries.holders_at(second.department_id).values()
    colleague = officer_for(second).subject_id
    (his,) = [holder.appointment_id for holders in held for holder in holders if holder.subject_id == colleague]
    identity.end_appointment(his, reason="调离", actor=factories.CITY)
    with pytest.raises(NotFound, match="没有人可以办理"):
        officer_for(second)


def test_a_grant_by_an_officer_issues_the_result(desk):
    desk.accept()
    desk.opinions()
    desk.decide()
    case = desk.case
    assert (case.state, case.decision, case.automatic) == (State.CLOSED, "granted", False)
    assert Licence.objects.filter(case_number=case.number, type__key="maternity-payment-result").count() == 1


@pytest.mark.req("C1")
def test_a_denial_needs_a_reason_and_produces_a_document(desk):
    desk.accept()
    desk.opinions()
    with pytest.raises(Invalid) as refusal:
        desk.decide("deny", "  ")
    assert refusal.value.field == "opinion"
    desk.decide("deny", "费用已经直接结算。")
    case = desk.case
    assert (case.state, case.decision, case.reason) == (State.CLOSED, "denied", "费用已经直接结算。")
    document = Licence.objects.get(case_number=case.number, type__key="denial-decision")
    assert document.surface["理由"] == "费用已经直接结算。"
    assert "行政复议" in document.surface["救济途径"]


@pytest.mark.req("B5")
@pytest.mark.parametrize("kind", ["window", "handler"])
def test_another_post_may_not_decide(desk, kind):
    desk.accept()
    desk.opinions()
    with pytest.raises(NotAllowed):
        services.decide(desk.open("decide").id, outcome="grant", opinion="", actor=desk.officer(kind))


@pytest.mark.req("B5")
def test_another_department_may_neither_accept_nor_look(desk, city):
    stranger = city.officer("市公安局", "window")
    with pytest.raises(NotAllowed):
        services.accept(desk.open("accept").id, actor=stranger)
    with pytest.raises(NotAllowed):
        queries.case_file(desk.case.number, stranger)


def test_applicants_may_not_decide_their_own_case(desk, parents):
    with pytest.raises(NotAllowed):
        services.accept(desk.open("accept").id, actor=parents.mother)


def test_a_completed_step_cannot_be_completed_again(desk):
    step = desk.open("accept")
    desk.accept()
    with pytest.raises(StepAlreadyDone):
        services.accept(step.id, actor=desk.officer("window"))
    assert [e.type for e in ledger.entries_of(desk.case.id)].count("cases.CaseAccepted") == 1


def test_a_step_that_is_not_open_yet_cannot_be_completed(desk):
    waiting = desk.case.steps.get(kind="decide")
    with pytest.raises(StepAlreadyDone):
        services.decide(waiting.id, outcome="grant", opinion="", actor=desk.officer("head"))


def test_an_act_that_does_not_fit_the_step_is_refused(desk):
    with pytest.raises(StepAlreadyDone):
        services.complete_delivery(desk.open("accept").id, actor=desk.officer("window"))


@pytest.mark.req("C1")
def test_a_correction_is_requested_and_answered(desk, parents):
    step = desk.open("accept")
    wanted = [{"material": "medical-bills", "sentence": "请补第二张票据"}]
    services.request_correction(step.id, wanted=wanted, actor=desk.officer("window"))
    case = desk.case
    assert case.state == State.CORRECTION
    assert not case.steps.filter(state__in=["open", "waiting"]).exists()
    assert case.corrections.get().wanted[0]["sentence"] == "请补第二张票据"
    with pytest.raises(Incomplete, match="1 处"):
        services.resubmit(case.id, actor=parents.mother)
    services.attach(desk.application.id, "medical-bills", content=factories.PDF, name="票据.pdf", actor=parents.mother)
    services.resubmit(case.id, actor=parents.mother)
    case = desk.case
    assert (case.state, case.round) == (State.SUBMITTED, 2)
    assert case.corrections.get().answered_at
    assert case.steps.get(state="open").round == 2
    assert list(queries.broken_invariants()) == []
    desk.accept()
    desk.opinions()
    desk.decide()
    assert desk.case.decision == "granted"


def test_additions_for_a_correction_are_shown_to_the_officer(desk, parents):
    wanted = [{"material": "medical-bills", "sentence": "请补第二张票据"}]
    services.request_correction(desk.open("accept").id, wanted=wanted, actor=desk.officer("window"))
    services.attach(desk.application.id, "medical-bills", content=factories.PDF, name="票据.pdf", actor=parents.mother)
    services.resubmit(desk.case.id, actor=parents.mother)
    file = queries.case_file(desk.case.number, desk.officer("window"))
    assert "票据.pdf" in file.file_names.values()


BILLS = {"material": "medical-bills", "sentence": "请补第二张票据"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([], "至少选择一项材料"),
        ([{"material": "medical-bills", "sentence": " "}], "要怎样补正"),
        ([BILLS, {"material": "nonsense", "sentence": "x"}], "没有“nonsense”这项材料"),
        ([BILLS, {"sentence": "x"}], "没有“”这项材料"),
    ],
)
def test_a_correction_request_that_would_lose_a_line_is_refused(desk, wanted, said):
    with pytest.raises(Invalid, match=said) as refusal:
        services.request_correction(desk.open("accept").id, wanted=wanted, actor=desk.officer("window"))
    assert refusal.value.field == "wanted"


def test_answering_without_a_request_for_correction_is_refused(desk, parents):
    with pytest.raises(Conflict):
        services.resubmit(desk.case.id, actor=parents.mother)


def test_a_non_acceptance_needs_a_reason_that_the_applicant_can_read(desk):
    with pytest.raises(Invalid):
        services.refuse_acceptance(desk.open("accept").id, opinion="", actor=desk.officer("window"))
    services.refuse_acceptance(desk.open("accept").id, opinion="已直接结算。", actor=desk.officer("window"))
    assert (desk.case.state, desk.case.reason) == (State.NOT_ACCEPTED, "已直接结算。")


@pytest.mark.req("C1")
def test_the_card_is_made_and_delivered_before_the_case_closes(city, handled):
    desk = Desk(city, handled, "social-card", "市人力资源和社会保障局")
    desk.accept()
    desk.opinions()
    desk.decide()
    assert (desk.case.state, desk.case.decision) == (State.CERT_MAKING, "granted")
    services.complete_making(desk.open("make").id, actor=desk.officer("handler"))
    assert desk.case.state == State.DELIVERING
    services.complete_delivery(desk.open("deliver").id, actor=desk.officer("window"), opinion="SF100")
    assert desk.case.state == State.CLOSED
    assert list(queries.broken_invariants()) == []


@pytest.mark.req("C3")
def test_a_denied_predecessor_ends_its_successors_with_its_reason(city, parents):
    application = factories.submitted_newborn(parents.mother, uploads=("father-acknowledgement",), married="no")
    desk = Desk(city, application, "birth-certificate", "市卫生健康委员会")
    desk.accept()
    desk.opinions()
    desk.decide("deny", "父亲身份声明没有签名。")
    ended = application.cases.filter(state=State.WITHDRAWN)
    assert set(ended.values_list("step_key", flat=True)) == {
        "vaccination", "household", "insurance", "premium", "social-card", "maternity", "childcare",
    }  # fmt: skip
    assert all("父亲身份声明没有签名" in case.reason for case in ended)
    assert factories.case_of(application, "parenting").state != State.WITHDRAWN
    assert list(queries.broken_invariants()) == []


def test_the_application_closes_with_its_last_case(city, handled):
    for step_key, department in (("maternity", INSURANCE), ("childcare", "市卫生健康委员会")):
        desk = Desk(city, handled, step_key, department)
        desk.accept()
        desk.opinions()
        desk.decide()
    handled.refresh_from_db()
    assert handled.state == "submitted"
    card = Desk(city, handled, "social-card", "市人力资源和社会保障局")
    services.refuse_acceptance(card.open("accept").id, opinion="照片不清。", actor=card.officer("window"))
    handled.refresh_from_db()
    assert handled.state == "closed"
    assert handled.closed_at
