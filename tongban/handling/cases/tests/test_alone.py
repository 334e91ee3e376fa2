"""Field case: an item applied for after its bundle lost the bundle's questions, and the papers that depend on them."""

import pytest
from django.test import Client

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import Invalid
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Step
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.services.submission import Incomplete
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog_queries
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.testing import signed_in


def grant(city, case):
    """Let officers grant a case that the machine left to them."""
    for act, kind, words in (
        (services.accept, "window", {}),
        (services.give_opinion, "handler", {"outcome": "agree", "opinion": "属实"}),
        (services.decide, "head", {"outcome": "grant", "opinion": ""}),
    ):
        step = case.steps.get(state=Step.States.OPEN)
        act(step.id, actor=city.officer(case.department.name, kind), **words)


def open_again(city, parents, code, **answers):
    """Submit the bundle until the birth is certified, and withdraw one of its cases, so that its item is free again."""
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, **answers)
    papers(draft, parents.mother)
    application = services.submit(draft.id, actor=parents.mother)
    taken_back = application.cases.get(item_code=code)
    services.withdraw(application.id, reason="先不办", actor=parents.mother, case_id=taken_back.id)
    run_pending_jobs()
    if (certificate := application.cases.get(item_code="WJ-01")).decision != "granted":
        grant(city, certificate)
        run_pending_jobs()
    return application


def papers(draft, parent):
    """Upload every material that the draft still lacks."""
    for problem in services.check_draft(draft.id, actor=parent).problems:
        if problem.page == "materials":
            services.attach(draft.id, problem.field, content=factories.PDF, name="声明.pdf", actor=parent)


def alone(parent, code="HJ-01"):
    return services.start_draft(code, kind="item", actor=parent)


def materials_of(draft):
    return set(Plan(Application.objects.get(id=draft.id)).materials)


@pytest.fixture
def unmarried(city):
    return factories.make_parents(city, married=False)


def test_field_case_a_household_registration_alone_calls_up_the_marriage_certificate(city, parents):
    open_again(city, parents, "HJ-01")
    draft = alone(parents.mother)
    assert draft.answers["married"] == "yes"
    assert "民政局" in draft.sources["married"]
    assert "marriage-certificate" in materials_of(draft)
    with pytest.raises(Invalid, match="不能另填"):
        services.merge_answers(draft.id, {"married": "no"}, actor=parents.mother)


def test_field_case_unmarried_parents_owe_the_statement_and_a_person_decides(city, unmarried):
    open_again(city, unmarried, "HJ-01", married="no")
    draft = alone(unmarried.mother)
    assert draft.answers["married"] == "no", "the answer of the bundle was not kept"
    assert "married" not in draft.sources
    assert "father-acknowledgement" in materials_of(draft)
    services.merge_answers(draft.id, {"household_of": "mother"}, actor=unmarried.mother)
    with pytest.raises(Incomplete) as refused:
        services.submit(draft.id, actor=unmarried.mother)
    assert {problem.field for problem in refused.value.problems} == {"father-acknowledgement"}
    papers(draft, unmarried.mother)
    submitted = services.submit(draft.id, actor=unmarried.mother)
    run_pending_jobs()
    case = submitted.cases.get()
    assert case.decision != "granted"
    assert not case.steps.filter(kind=StepKind.MACHINE, state=Step.States.DONE).exists()


def test_the_other_parent_is_asked_and_learns_no_answer_of_the_first(city, unmarried):
    open_again(city, unmarried, "HJ-01", married="no")
    draft = alone(unmarried.father)
    assert "married" not in draft.answers
    page = signed_in(unmarried.father.subject_id).post("/apply/item/HJ-01/", follow=True).content.decode()
    assert "父母登记结婚了吗" in page
    assert "我们据此决定要哪些材料。" in page
    services.merge_answers(draft.id, {"household_of": "mother"}, actor=unmarried.father)
    with pytest.raises(Incomplete) as refused:
        services.submit(draft.id, actor=unmarried.father)
    assert "married" in {problem.field for problem in refused.value.problems}


def test_a_reimbursement_alone_keeps_the_insurance_and_does_not_offer_to_leave_it_out(city, parents):
    application = open_again(city, parents, "YB-11")
    draft = alone(parents.mother, "YB-11")
    assert draft.answers["maternity"] == application.answers["maternity"] == "employee"
    (question,) = Plan(draft).bundle.questions
    assert dict(question.choices).keys() == {"employee", "resident"}
    services.merge_answers(
        draft.id, {key: factories.ANSWERS[key] for key in ("account_holder", "bank_name", "bank_account")},
        actor=parents.mother,
    )  # fmt: skip
    case = services.submit(draft.id, actor=parents.mother).cases.get()
    file = queries.case_file(case.number, city.officer("市医疗保障局", "handler"))
    assert ("要按妈妈的哪种医保报销生育医疗费？", "要，妈妈参加职工医保") in file.answers


def test_officers_read_the_question_as_it_was_asked_in_the_bundle(city, parents, application):
    """They read the words with which it is asked for the item alone, which nobody had seen."""
    case = factories.case_of(application, "maternity")
    file = queries.case_file(case.number, city.officer("市医疗保障局", "handler"))
    assert ("要一起报销生育医疗费吗？", "要，妈妈参加职工医保") in file.answers


def test_a_card_alone_asks_where_it_goes_and_for_the_address_only_if_it_is_posted(city, parents):
    open_again(city, parents, "SB-01", card_delivery="pickup")
    draft = alone(parents.mother, "SB-01")
    assert draft.answers["card_delivery"] == "pickup"
    assert "mailing_address" not in Plan(draft).fields
    services.merge_answers(draft.id, {"card_delivery": "mail"}, actor=parents.mother)
    draft.refresh_from_db()
    assert "mailing_address" in Plan(draft).fields
    assert "mailing" in materials_of(draft)


def test_what_applying_answers_is_not_asked(city, parents):
    open_again(city, parents, "WJ-03")
    assert Plan(alone(parents.mother, "WJ-03")).bundle.questions == ()


def test_the_stamp_of_a_draft_changes_with_the_bundle_whose_questions_it_keeps(city, parents):
    open_again(city, parents, "HJ-01")
    draft = alone(parents.mother)
    before = Plan(draft).stamp
    spec = catalog_queries.bundle("birth")
    catalog.publish_bundle(spec.model_copy(update={"version": spec.version + 1}), actor=factories.CITY)
    assert Plan(draft).stamp != before


def test_a_submitted_application_keeps_the_questions_that_it_was_submitted_with(city, parents):
    open_again(city, parents, "HJ-01")
    draft = alone(parents.mother)
    services.merge_answers(draft.id, {"household_of": "mother"}, actor=parents.mother)
    submitted = services.submit(draft.id, actor=parents.mother)
    spec = catalog_queries.bundle("birth")
    none = spec.model_copy(update={"version": spec.version + 1, "questions": ()})
    catalog.publish_bundle(none, actor=factories.CITY)
    assert [question.key for question in Plan(submitted).bundle.questions] == ["married"]


def test_field_case_the_machine_grants_nothing_while_an_answer_is_missing(city, parents):
    """An application that was submitted before its item kept the question."""
    open_again(city, parents, "HJ-01")
    draft = alone(parents.mother)
    services.merge_answers(draft.id, {"household_of": "mother"}, actor=parents.mother)
    submitted = services.submit(draft.id, actor=parents.mother)
    submitted.answers = {"household_of": "mother"}
    submitted.save(update_fields=["answers"])
    run_pending_jobs()
    case = submitted.cases.get()
    assert case.decision != "granted"
    assert case.steps.get(kind=StepKind.MACHINE).state == Step.States.CANCELLED
    assert case.steps.filter(kind=StepKind.ACCEPT, state=Step.States.OPEN).exists()


def test_the_guide_and_the_interface_say_which_question_the_papers_go_by(city):
    """Neither knew the question, so both papers looked as if everybody needed them."""
    page = Client().get("/items/HJ-01/").content.decode()
    assert "“父母登记结婚了吗？”选“已登记结婚”时需要" in page
    assert "“父母登记结婚了吗？”选“没有登记结婚”时需要" in page
    asked = {code: Client().get(f"/api/v1/items/{code}").json()["questions"] for code in ("HJ-01", "YB-11", "WJ-03")}
    assert [question["key"] for question in asked["HJ-01"]] == ["married"]
    assert [value for value, _ in asked["YB-11"][0]["choices"]] == ["employee", "resident"]
    assert asked["WJ-03"] == []
