"""Field case: the form asked which medical insurance the mother has, although the city's register holds her enrolment.

A record leaves only some choices of the question open; what it says is shown with its source and can be disputed.
"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import InsuranceEnrolment
from tongban.foundation import clock
from tongban.foundation.errors import Invalid
from tongban.handling.cases import queries, services
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog_queries
from tongban.handling.catalog import services as catalog
from tongban.people.datauses.models import DataUse
from tongban.people.identity import queries as identity
from tongban.people.identity.testing import signed_in
from tongban.people.workorders.models import WorkOrder

SOURCE = "市医疗保障局 · 医疗保险参保登记信息"


def enrol(parents, kind, days_ago=400):
    at = clock.now() - timedelta(days=days_ago)
    return libraries.record_enrolment(parents.mother.subject_id, kind=kind, enrolled_at=at, actor=factories.CITY)


def questions(parent, draft):
    return signed_in(parent.subject_id).get(reverse("cases:page", args=[draft.id, "questions"])).content.decode()


@pytest.mark.parametrize(
    ("kind", "words", "ruled_out"),
    [("employee", "职工基本医疗保险", "resident"), ("resident", "城乡居民基本医疗保险", "employee")],
)
@pytest.mark.parametrize("who", ["mother", "father"])
def test_the_mothers_insurance_is_shown_and_not_asked(parents, kind, words, ruled_out, who):
    enrol(parents, kind)
    parent = getattr(parents, who)
    draft = factories.start_newborn(parent)
    text = questions(parent, draft)
    assert words in text
    assert f"以下内容来自{SOURCE}" in text
    assert 'name="doubt" value="mother.insurance"' in text
    assert 'value="no"' in text
    assert f'value="{kind}"' in text
    assert f'value="{ruled_out}"' not in text
    assert "maternity" not in draft.answers, "whether to apply for a benefit is never chosen for anybody"


def test_it_is_asked_where_the_register_has_nothing(parents):
    text = questions(parents.mother, factories.start_newborn(parents.mother))
    assert SOURCE not in text
    assert 'value="employee"' in text
    assert 'value="resident"' in text


def test_an_enrolment_that_has_ended_or_begins_later_answers_nothing(parents):
    enrolment = enrol(parents, "employee")
    enrolment.ended_on = clock.legal_day(clock.now())
    enrolment.save()
    assert "mother.insurance" not in factories.start_newborn(parents.mother).facts
    enrolment.ended_on, enrolment.enrolled_at = None, clock.now() + timedelta(days=1)
    enrolment.save()
    assert "mother.insurance" not in factories.start_newborn(parents.father).facts


def test_the_enrolment_that_replaced_the_other_one_counts(parents):
    enrol(parents, "employee", days_ago=900)
    enrol(parents, "resident", days_ago=30)
    assert InsuranceEnrolment.objects.filter(ended_on=None).count() == 1
    assert factories.start_newborn(parents.mother).facts["mother.insurance"] == "城乡居民基本医疗保险"
    enrol(parents, "employee", days_ago=1)
    assert factories.start_newborn(parents.father).facts["mother.insurance"] == "职工基本医疗保险"


def test_the_insurance_of_the_father_says_nothing_about_the_mother(parents):
    libraries.record_enrolment(
        parents.father.subject_id, kind="employee", enrolled_at=clock.now() - timedelta(days=9), actor=factories.CITY
    )
    assert "mother.insurance" not in factories.start_newborn(parents.father).facts


def test_an_answer_that_the_record_rules_out_is_not_taken(parents):
    enrol(parents, "resident")
    draft = factories.start_newborn(parents.mother)
    problems = services.save_answers(draft.id, factories.ANSWERS, page="questions", actor=parents.mother)
    assert [problem.field for problem in problems] == ["maternity"]
    draft.refresh_from_db()
    assert "maternity" not in draft.answers
    with pytest.raises(Invalid, match="登记的是“城乡居民基本医疗保险”") as refused:
        services.merge_answers(draft.id, {"maternity": "employee"}, actor=parents.mother)
    assert refused.value.field == "maternity"
    services.merge_answers(draft.id, {"maternity": "resident"}, actor=parents.mother)


def test_an_answer_stored_before_the_record_changed_is_asked_again(parents):
    enrol(parents, "employee")
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    assert queries.draft(draft.id, actor=parents.mother).questions_done
    enrol(parents, "resident", days_ago=0)
    services.read_again(draft.id, actor=parents.mother)
    assert not queries.draft(draft.id, actor=parents.mother).questions_done
    problems = services.check_draft(draft.id, actor=parents.mother).problems
    assert [problem.field for problem in problems] == ["maternity"]
    services.save_answers(draft.id, {"maternity": "resident"}, page="questions", actor=parents.mother)
    assert services.submit(draft.id, actor=parents.mother).cases.filter(item_code="YB-11").exists()


def test_the_bundle_is_submitted_with_what_the_register_says(parents):
    enrol(parents, "employee")
    application = factories.submitted_newborn(parents.mother)
    assert application.facts["mother.insurance"] == "职工基本医疗保险"
    assert application.cases.filter(item_code="YB-11").exists()


def test_a_draft_from_before_the_look_up_is_asked_as_before(parents):
    """Nothing was looked up for it, so what the register says rules no choice out."""
    enrol(parents, "resident")
    draft = factories.start_newborn(parents.mother)
    del draft.facts["mother.insurance"]
    draft.save(update_fields=["facts"])
    assert 'value="employee"' in questions(parents.mother, draft)
    factories.answer(draft, parents.mother, maternity="employee")
    assert draft.answers["maternity"] == "employee"
    assert services.check_draft(draft.id, actor=parents.mother).problems == []


def test_whoever_disputes_it_asks_the_department_of_medical_insurance(parents, city):
    enrol(parents, "employee")
    draft = factories.start_newborn(parents.mother)
    services.dispute_fact(draft.id, "mother.insurance", text="我参加的是居民医保", actor=parents.mother)
    assert WorkOrder.objects.get().post.department_id == city.departments["市医疗保障局"]


def test_the_look_up_is_a_use_of_the_mothers_data(parents):
    enrol(parents, "employee")
    factories.start_newborn(parents.father)
    (use,) = DataUse.objects.filter(source=SOURCE)
    assert use.subject_id == parents.mother.subject_id
    assert use.purpose == "申请前预填"


def test_a_record_that_leaves_one_choice_answers_the_question(parents, city):
    bundle = catalog_queries.bundle("birth")
    only = {"职工基本医疗保险": ("employee",), "城乡居民基本医疗保险": ("resident",)}
    changed = [q.model_copy(update={"open_choices": only}) if q.fact else q for q in bundle.questions]
    catalog.publish_bundle(bundle.model_copy(update={"questions": tuple(changed), "version": 99}), actor=factories.CITY)
    enrol(parents, "resident")
    draft = factories.start_newborn(parents.mother)
    assert draft.answers["maternity"] == "resident"
    text = questions(parents.mother, draft)
    assert 'name="maternity"' not in text
    assert 'id="fact-maternity"' in text
    question = next(q for q in bundle.questions if q.key == "maternity")
    shown = f"{dict(question.choices)['resident']}（数据共享 · {SOURCE}）"
    assert shown in signed_in(parents.mother.subject_id).get(reverse("cases:check", args=[draft.id])).content.decode()
    with pytest.raises(Invalid, match="不能另填"):
        services.merge_answers(draft.id, {"maternity": "no"}, actor=parents.mother)


def test_each_box_names_the_library_that_its_facts_come_from(parents, city):
    """The addresses of the parents stood under the hospital's birth record; the household register has them."""
    draft = factories.start_newborn(parents.mother)
    page = reverse("cases:page", args=[draft.id, "child"])
    text = signed_in(parents.mother.subject_id).get(page).content.decode()
    boxes = {box.split("，不用您填")[0]: box.split("</dl>")[0] for box in text.split("以下内容来自")[1:]}
    birth, register = boxes["市卫生健康委员会 · 分娩信息"], boxes["市公安局 · 户口登记信息"]
    for fact in ("child.weight", "mother.name", "father.number"):
        assert f'id="fact-{fact}"' in birth
    for fact in ("mother.address", "father.address"):
        assert f'id="fact-{fact}"' in register
        assert f'id="fact-{fact}"' not in birth
    services.dispute_fact(draft.id, "mother.address", text="我家已经搬了", actor=parents.mother)
    assert WorkOrder.objects.get().post.department_id == city.departments["市公安局"]


def test_a_mother_whom_the_city_does_not_know_is_asked(parents, city):
    father = identity.subject(parents.father.subject_id)
    birth = libraries.record_birth(
        mother=("周外地", city.number(date(1995, 1, 2), "f")),
        father=(father.name, father.number),
        born_at=clock.now() - timedelta(days=1),
        sex="female",
        weight=3350,
        length=50,
        weeks=39,
        hospital="云州市妇幼保健院",
        division_code="990102",
        actor=factories.CITY,
    )
    draft = factories.start_newborn(parents.father)
    assert draft.facts["birth.id"] == str(birth.id)
    assert "mother.id" not in draft.facts
    assert 'value="employee"' in questions(parents.father, draft)
