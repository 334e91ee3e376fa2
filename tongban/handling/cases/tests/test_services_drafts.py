"""Drafts: one for each person and service, saved as typed, resumed anywhere; known facts are not asked for."""

import pytest

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.handling.cases import queries, services, tasks
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import CannotStart
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.people.signin import services as signin
from tongban.trust.ledger import queries as ledger


@pytest.mark.req("A4")
def test_starting_again_returns_to_the_draft_as_it_was_left(parents):
    first = factories.start_newborn(parents.mother)
    services.save_answers(first.id, {"given_name": "知予", "surname_of": "father"}, page="child", actor=parents.mother)
    again = factories.start_newborn(parents.mother)
    assert again.id == first.id
    assert again.answers["given_name"] == "知予"
    assert Application.objects.count() == 1


def test_each_parent_has_their_own_draft(parents):
    mother, father = factories.start_newborn(parents.mother), factories.start_newborn(parents.father)
    assert mother.id != father.id
    with pytest.raises(NotFound):
        services.save_answers(mother.id, {}, page="child", actor=parents.father)
    with pytest.raises(NotFound):
        queries.draft(mother.id, actor=parents.father)


def test_a_discarded_draft_makes_room_for_a_new_one(parents):
    first = factories.start_newborn(parents.mother)
    services.discard_draft(first.id, actor=parents.mother)
    assert factories.start_newborn(parents.mother).id != first.id


def test_a_person_without_a_birth_to_register_cannot_start(city):
    stranger = city.officer("市税务局", "window")
    signin.record_proof(stranger.subject_id, level=3, kind="window", actor=factories.CITY)
    with pytest.raises(CannotStart) as refusal:
        factories.start_newborn(stranger)
    assert "分娩信息" in refusal.value.message


@pytest.mark.req("A4")
def test_a_page_is_saved_even_with_errors(parents):
    draft = factories.start_newborn(parents.mother)
    problems = services.save_answers(
        draft.id, {"given_name": "Amy", "surname_of": "father"}, page="child", actor=parents.mother
    )
    draft.refresh_from_db()
    assert [p.field for p in problems] == ["given_name"]
    assert draft.answers["given_name"] == "Amy"
    assert "child" not in draft.pages_done
    services.save_answers(draft.id, {"given_name": "知予", "surname_of": "father"}, page="child", actor=parents.mother)
    draft.refresh_from_db()
    assert "child" in draft.pages_done


@pytest.mark.req("C5")
def test_no_question_is_asked_twice_or_about_known_data(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    plan = Plan(draft)
    asked = [field.key for _, _, fields in plan.pages for field in fields]
    assert len(asked) == len(set(asked))
    wanted_by = [item for item in plan.items.values() if any(f.key == "contact_phone" for f in item.form)]
    assert len(wanted_by) > 1
    assert asked.count("contact_phone") == 1
    assert not {"mother.name", "child.born_at", "mother.number"} & set(asked)


def test_the_phone_is_filled_in_beforehand(parents):
    assert factories.start_newborn(parents.mother).answers["contact_phone"] == "13900001234"


@pytest.mark.req("C3")
def test_answers_choose_the_steps(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, maternity="no", subsidy="no", parenting="no")
    assert [step.key for step in Plan(draft).steps] == [
        "birth-certificate", "vaccination", "household", "insurance", "premium", "social-card",
    ]  # fmt: skip


def test_a_file_replaces_the_earlier_one_and_can_be_removed(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, married="no")
    for name in ("一.pdf", "二.pdf"):
        services.attach(draft.id, "father-acknowledgement", content=factories.PDF, name=name, actor=parents.mother)
    assert draft.attachments.filter(removed_at__isnull=True).count() == 1
    services.detach(draft.id, "father-acknowledgement", actor=parents.mother)
    assert not draft.attachments.filter(removed_at__isnull=True).exists()
    assert draft.attachments.count() == 2, "the rows are kept as proof"


def test_a_file_that_is_not_needed_or_of_a_wrong_type_is_refused(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    with pytest.raises(Invalid, match="不需要这项材料"):
        services.attach(draft.id, "nonsense", content=factories.PDF, name="x.pdf", actor=parents.mother)
    with pytest.raises(Invalid):
        services.attach(draft.id, "birth-record", content=b"MZ not a pdf", name="x.pdf", actor=parents.mother)


def test_a_submitted_form_cannot_be_changed(application, parents):
    with pytest.raises(Conflict, match="已经提交"):
        services.save_answers(application.id, {"given_name": "别名"}, page="child", actor=parents.mother)
    with pytest.raises(Conflict):
        services.discard_draft(application.id, actor=parents.mother)


def test_the_draft_of_an_earlier_application_is_not_reopened(application, parents):
    assert queries.draft(application.id, actor=parents.mother).application.state == "submitted"
    assert {entry.type for entry in ledger.entries_of(application.id)} >= {
        "cases.ApplicationStarted", "cases.ApplicationSubmitted",
    }  # fmt: skip


def test_answers_to_unasked_questions_are_not_kept(parents):
    draft = factories.start_newborn(parents.mother)
    services.save_answers(
        draft.id,
        {"commit.nonsense": "yes", "child.id": "x", "applicant.id": "y"} | factories.ANSWERS,
        page="questions",
        actor=parents.mother,
    )
    draft.refresh_from_db()
    assert not {"commit.nonsense", "child.id", "applicant.id"} & set(draft.answers)


def test_an_overlong_answer_is_not_kept(parents):
    draft = factories.start_newborn(parents.mother)
    before = dict(draft.answers)
    with pytest.raises(Invalid, match="20001 个字"):
        services.save_answers(draft.id, {"given_name": "字" * 20_001}, page="child", actor=parents.mother)
    draft.refresh_from_db()
    assert draft.answers == before


def test_a_submission_can_be_changed_only_for_a_correction(application, parents):
    """Officers work with what was submitted, and the applicant's list shows the same."""
    case = factories.case_of(application, "maternity")
    upload = {"content": factories.PDF, "name": "票据.pdf", "actor": parents.mother}
    with pytest.raises(Conflict, match="不能再换"):
        services.attach(application.id, "medical-bills", **upload)
    run_pending_jobs()
    services.request_correction(
        case.steps.get(kind="accept", state="open").id,
        wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
        actor=officer_for(case.steps.get(kind="accept", state="open")),
    )
    assert services.attach(application.id, "medical-bills", **upload)
    services.resubmit(case.id, actor=parents.mother)
    with pytest.raises(Conflict, match="不能再换"):
        services.attach(application.id, "medical-bills", **upload)


@pytest.fixture
def to_correct(application):
    """A case of the application for which an officer asks for two materials; the other materials wait for nothing."""
    case = factories.case_of(application, "maternity")
    run_pending_jobs()
    step = case.steps.get(kind="accept", state="open")
    keys = list(case.materials.exclude(way="form").values_list("key", flat=True))[:2]
    assert len(keys) == 2
    wanted = [{"material": key, "sentence": "请补一份清楚的"} for key in keys]
    services.request_correction(step.id, wanted=wanted, actor=officer_for(step))
    case.refresh_from_db()
    return case, keys


def kept_of(application):
    return set(application.attachments.filter(removed_at__isnull=True).values_list("material", flat=True))


def test_a_refused_file_of_a_correction_names_its_material_and_keeps_the_others(application, parents, to_correct):
    case, (first, second) = to_correct
    before = kept_of(application)
    chosen = {first: services.NamedFile(b"words", "x.txt"), second: services.NamedFile(factories.PDF, "y.pdf")}
    problems = services.answer_correction(case.id, chosen, actor=parents.mother)
    assert [problem.field for problem in problems] == [first]
    assert "只能上传" in problems[0].sentence
    assert kept_of(application) == before | {second}
    case.refresh_from_db()
    assert (case.state, case.round) == ("correction", 1)
    chosen = {first: services.NamedFile(factories.PDF, "x.pdf")}
    assert services.answer_correction(case.id, chosen, actor=parents.mother) == []
    case.refresh_from_db()
    assert (case.state, case.round) == ("submitted", 2)


def test_a_correction_says_all_that_is_wrong_at_once(application, parents, to_correct):
    case, (first, second) = to_correct
    chosen = {first: services.NamedFile(b"words", "x.txt")}
    problems = services.answer_correction(case.id, chosen, actor=parents.mother)
    assert {problem.field for problem in problems} == {first, second}


def test_nothing_of_a_correction_is_kept_where_it_fails_halfway(application, parents, to_correct, monkeypatch):
    case, keys = to_correct
    before = kept_of(application)

    def fail(*given, **more):
        raise Conflict("半路失败")

    monkeypatch.setattr("tongban.handling.cases.services.submission.resubmit", fail)
    chosen = {key: services.NamedFile(factories.PDF, "x.pdf") for key in keys}
    with pytest.raises(Conflict, match="半路失败"):
        services.answer_correction(case.id, chosen, actor=parents.mother)
    assert kept_of(application) == before


def test_a_correction_is_answered_only_by_its_applicant(parents, to_correct):
    case, keys = to_correct
    chosen = {key: services.NamedFile(factories.PDF, "x.pdf") for key in keys}
    with pytest.raises(NotFound):
        services.answer_correction(case.id, chosen, actor=parents.father)


def test_discarding_deletes_what_was_filled_in(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, married="no")
    services.attach(draft.id, "father-acknowledgement", content=factories.PDF, name="一.pdf", actor=parents.mother)
    services.discard_draft(draft.id, actor=parents.mother)
    draft.refresh_from_db()
    assert (draft.answers, draft.facts, draft.sources, draft.pages_done) == ({}, {}, {}, [])
    assert not draft.attachments.filter(removed_at__isnull=True).exists()


def test_the_nightly_task_empties_drafts_that_were_discarded_before(parents):
    old, current = factories.start_newborn(parents.mother), factories.start_newborn(parents.father)
    Application.objects.filter(id=old.id).update(state="discarded")  # as discarding did before
    tasks.watch(timestamp=0)
    old.refresh_from_db()
    current.refresh_from_db()
    assert (old.answers, old.facts, old.sources) == ({}, {}, {})
    assert current.facts
    assert services.empty_discarded_drafts() == 0


def test_nobody_overwrites_the_answer_of_a_register(parents):
    draft = factories.start_newborn(parents.mother)
    services.save_answers(draft.id, factories.ANSWERS | {"married": "no"}, page="questions", actor=parents.mother)
    draft.refresh_from_db()
    assert draft.answers["married"] == "yes"
    assert "questions" in draft.pages_done
    with pytest.raises(Invalid, match="婚姻登记"):
        services.merge_answers(draft.id, {"married": "no"}, actor=parents.mother)
    services.merge_answers(draft.id, {"married": "yes", "given_name": "知予"}, actor=parents.mother)
    with pytest.raises(Invalid):
        services.apply_at_once("birth", kind="bundle", answers={"married": "no"}, checked="", actor=parents.father)


def test_a_typed_answer_never_has_a_register_as_its_source(parents):
    """A draft from before registers were protected, whose answer differs from the record's, is asked again."""
    draft = factories.start_newborn(parents.mother)
    draft.answers = draft.answers | {"married": "no"}
    draft.save()
    view = queries.draft(draft.id, actor=parents.mother)
    assert view.known_answers == []
    assert "married" in {question.key for question in view.questions}


def test_the_guide_leads_to_what_was_applied_for(parents, application):
    mother = signed_in(parents.mother.subject_id)
    text = mother.get("/bundles/birth/").content.decode()
    assert "已申请，看进度" in text
    assert "再办一份" not in text, "the child's bundle is applied for once"
    father = signed_in(parents.father.subject_id)
    assert "开始办理" in father.get("/bundles/birth/").content.decode()


def test_the_guide_leads_back_to_the_draft(parents):
    draft = factories.start_newborn(parents.mother)
    text = signed_in(parents.mother.subject_id).get("/bundles/birth/").content.decode()
    assert f"/applications/draft/{draft.id}/resume/" in text
    assert "再办一份" not in text


def test_where_the_reader_of_a_guide_stands_costs_one_query(parents, application, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queries.open_application("birth", actor=parents.mother).number == application.number
    assert queries.open_application("HJ-01", actor=parents.mother).number == application.number
    assert queries.open_application("HJ-10", actor=parents.mother) is None
