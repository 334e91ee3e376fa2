"""Field case: 有误？ on a prefilled fact was a telephone link. It is a request to the department that shared it."""

import pytest
from django.urls import reverse

from tongban.exchange.libraries.models import BirthRecord, Marriage
from tongban.foundation import clock
from tongban.foundation.errors import Conflict, NotFound
from tongban.handling.cases import queries, services
from tongban.handling.cases.services import correcting
from tongban.handling.cases.services.correcting import FACT_CORRECTION
from tongban.handling.cases.tests import factories
from tongban.people.identity.models import Subject
from tongban.people.identity.testing import signed_in
from tongban.people.workorders import queries as workorders
from tongban.people.workorders import services as orders
from tongban.people.workorders.models import WorkOrder
from tongban.trust.ledger import queries as ledger


@pytest.fixture
def mother(parents):
    return signed_in(parents.mother.subject_id)


@pytest.fixture
def draft(parents):
    return factories.start_newborn(parents.mother)


def test_a_submission_without_any_correction_does_not_read_the_draft_again(draft, parents, monkeypatch):
    factories.answer(draft, parents.mother)
    view = queries.draft(draft.id, actor=parents.mother)
    checked = services.Checked(requirements=view.plan.stamp, answers=view.plan.answers_stamp(""), agreed=True)
    monkeypatch.setattr(queries, "draft", lambda *args, **given: pytest.fail("nobody asked for a correction"))
    services.finish(draft.id, {}, page="", seen="", checked=checked, actor=parents.mother)
    draft.refresh_from_db()
    assert draft.state == "submitted"


def correction_of(draft, fact):
    return reverse("cases:fact_correction", args=[draft.id, fact])


def text_of(answer):
    return answer.content.decode()


def test_the_button_saves_what_was_typed_and_leads_to_the_request(mother, draft):
    page = reverse("cases:page", args=[draft.id, "child"])
    text = text_of(mother.get(page))
    facts = text[text.index("tb-facts") : text.index("<form")]
    assert "tel:" not in facts
    assert 'name="doubt" value="child.weight"' in facts
    sent = mother.post(page, {"given_name": "知予", "doubt": "child.weight"})
    assert sent.url == correction_of(draft, "child.weight") + "?from=child"
    draft.refresh_from_db()
    assert draft.answers["given_name"] == "知予"
    assert "3350 克" in text_of(mother.get(sent.url))


def test_field_case_the_request_goes_to_the_department_that_shared_the_fact(mother, draft, parents, city):
    sent = mother.post(correction_of(draft, "child.weight") + "?from=child", {"text": "出院小结上是 3530 克"})
    assert sent.url == reverse("cases:page", args=[draft.id, "child"]) + "#fact-child.weight"
    order = WorkOrder.objects.get()
    assert (order.kind, order.state) == (FACT_CORRECTION.key, "open")
    assert order.post.department_id == city.departments["市卫生健康委员会"]
    assert order.raised_for_id == parents.mother.subject_id
    assert "出生体重" in order.text
    assert "3530 克" in order.text
    (row,) = workorders.for_citizen(parents.mother.subject_id)
    assert row.about.text == "“新生儿出生一件事”里的“出生体重”"
    disputed = [entry for entry in ledger.entries_of(draft.id) if entry.type == "cases.FactDisputed"]
    assert [entry.actor for entry in disputed] == [str(parents.mother.subject_id)]
    assert "申请人说" not in order.text
    child = text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    assert '<span class="govuk-visually-hidden">出生体重：</span>更正处理中</a>' in child
    assert 'id="fact-child.weight"' in child


@pytest.mark.parametrize(
    ("fact", "department"), [("mother.number", "市卫生健康委员会"), ("married", "市民政局")]
)  # the register of births names the parents; a register of marriages answered the question
def test_the_source_decides_who_answers(draft, parents, city, fact, department):
    services.dispute_fact(draft.id, fact, text="这不是我的", actor=parents.mother)
    assert WorkOrder.objects.get().post.department_id == city.departments[department]


def test_the_applicant_follows_it_and_reads_the_facts_again_once_they_are_right(mother, draft, parents, city):
    number = services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    order_id = WorkOrder.objects.get(number=number).id
    officer = city.officer("市卫生健康委员会", "handler")
    orders.take(order_id, actor=officer)
    assert "更正处理中" in text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    birth = BirthRecord.objects.get(id=parents.birth_id)
    birth.weight = 3530
    birth.save()
    orders.answer(order_id, outcome="corrected", text="已按病历更正。", actor=officer)
    assert "已更正" in text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    services.save_answers(draft.id, {"given_name": "知予"}, page="child", actor=parents.mother)
    mother.post(reverse("cases:facts", args=[draft.id]))
    text = text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    assert "3530 克" in text
    assert 'value="知予"' in text


def test_a_second_request_for_the_same_fact_comes_too_late(mother, draft, parents):
    services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    with pytest.raises(Conflict):
        services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    assert "已经申请更正" in text_of(mother.get(correction_of(draft, "child.weight")))
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize("text", ["", "错"])
def test_the_request_must_say_what_is_right(mother, draft, text):
    refused = mother.post(correction_of(draft, "child.weight"), {"text": text})
    assert refused.status_code == 422
    assert not WorkOrder.objects.exists()


def test_only_the_applicant_and_only_facts_of_the_draft(mother, draft, parents):
    assert mother.get(correction_of(draft, "card.number")).status_code == 404
    father = signed_in(parents.father.subject_id)
    assert father.get(correction_of(draft, "child.weight")).status_code == 404
    with pytest.raises(NotFound):
        services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.father)


def test_a_draft_without_requests_costs_one_query(draft, parents, django_assert_num_queries):
    view = queries.draft(draft.id, actor=parents.mother)
    with django_assert_num_queries(1):
        assert view.corrections == {}
        assert view.corrections == {}


def test_a_fact_can_be_disputed_again_once_the_order_is_closed(mother, draft, parents, city):
    first = services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    order_id = WorkOrder.objects.get(number=first).id
    officer = city.officer("市卫生健康委员会", "handler")
    orders.take(order_id, actor=officer)
    orders.answer(order_id, outcome="right", text="病历上是 3350 克。", actor=officer)
    with pytest.raises(Conflict):  # an answered order can still be sent back
        services.dispute_fact(draft.id, "child.weight", text="仍然不对", actor=parents.mother)
    assert "<textarea" not in text_of(mother.get(correction_of(draft, "child.weight")))
    orders.close(order_id, actor=parents.mother)
    assert "再次申请更正" in text_of(mother.get(correction_of(draft, "child.weight")))
    mother.post(correction_of(draft, "child.weight"), {"text": "附上出院小结，是 3530 克"})
    second = WorkOrder.objects.exclude(number=first).get()
    assert queries.draft(draft.id, actor=parents.mother).corrections["child.weight"].number == second.number


def test_an_answer_whose_record_is_gone_goes_and_is_asked(mother, draft, parents):
    factories.answer(draft, parents.mother)
    marriage = Marriage.objects.get()
    marriage.ended_on = clock.legal_day(clock.now())
    marriage.save()
    services.read_again(draft.id, actor=parents.mother)
    draft.refresh_from_db()
    assert "married" not in draft.answers
    assert 'name="married"' in text_of(mother.get(reverse("cases:page", args=[draft.id, "questions"])))
    assert any(problem.field == "married" for problem in services.check_draft(draft.id, actor=parents.mother).problems)
    assert draft.answers["given_name"] == factories.ANSWERS["given_name"]


def test_prefilled_answers_follow_the_facts_and_typed_ones_stay(draft, parents):
    draft.refresh_from_db()
    prefilled = {key: value for key, value in draft.answers.items() if value}
    assert prefilled["contact_phone"] == draft.facts["applicant.phone"]
    services.save_answers(draft.id, {"given_name": "知予"}, page="child", actor=parents.mother)
    mother = Subject.objects.get(id=parents.mother.subject_id)
    mother.phone = "13900009999"
    mother.save()
    services.read_again(draft.id, actor=parents.mother)
    draft.refresh_from_db()
    assert draft.answers["contact_phone"] == "13900009999"
    assert draft.answers["given_name"] == "知予"
    services.save_answers(draft.id, {"contact_phone": "13900008888"}, page="insurance", actor=parents.mother)
    services.read_again(draft.id, actor=parents.mother)
    draft.refresh_from_db()
    assert draft.answers["contact_phone"] == "13900008888"


@pytest.fixture
def again(parents, draft):
    """Ask for a correction, discard the draft, and return a new one."""

    def again(**how):
        services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
        services.discard_draft(draft.id, actor=parents.mother, **how)
        return factories.start_newborn(parents.mother)

    return again


def test_a_new_draft_makes_no_room_for_another_request_about_the_same_fact(again, parents):
    second = again()
    assert queries.draft(second.id, actor=parents.mother).corrections["child.weight"].running
    with pytest.raises(Conflict, match="已经申请更正"):
        services.dispute_fact(second.id, "child.weight", text="是 3530 克", actor=parents.mother)
    assert WorkOrder.objects.get().state == "open"


def test_the_other_parent_may_ask_too(again, parents):
    again()
    other = factories.start_newborn(parents.father)
    assert services.dispute_fact(other.id, "child.weight", text="是 3530 克", actor=parents.father)


def test_whoever_discards_the_draft_decides_whether_its_requests_go_on(mother, draft, parents):
    discard = reverse("cases:discard", args=[draft.id])
    assert "更正申请" not in text_of(mother.get(discard))
    services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    text = text_of(mother.get(discard))
    assert "出生体重" in text
    assert 'value="keep" checked' in text
    mother.post(discard, {"corrections": "end"})
    assert WorkOrder.objects.get().state == "withdrawn"
    second = factories.start_newborn(parents.mother)
    assert services.dispute_fact(second.id, "child.weight", text="是 3530 克", actor=parents.mother)


def test_one_person_cannot_flood_the_departments_with_requests(draft, parents, monkeypatch):
    monkeypatch.setattr(correcting, "MOST_A_DAY", 2)
    for fact in ("child.weight", "child.sex"):
        services.dispute_fact(draft.id, fact, text="不对", actor=parents.mother)
    with pytest.raises(Conflict, match="每天最多 2 个"):
        services.dispute_fact(draft.id, "mother.name", text="不对", actor=parents.mother)
    assert WorkOrder.objects.count() == 2


@pytest.mark.parametrize("doubt", ["a/b", "", "card.number", "../../x"])
@pytest.mark.parametrize("page", ["child", "check"])
def test_a_fact_that_nobody_was_shown_leads_back_to_the_page(mother, draft, parents, page, doubt):
    factories.answer(draft, parents.mother)
    place = reverse("cases:check", args=[draft.id]) if page == "check" else reverse("cases:page", args=[draft.id, page])
    sent = mother.post(place, {"given_name": "知夏", "doubt": doubt})
    assert (sent.status_code, sent.url) == (302, place)
    draft.refresh_from_db()
    assert draft.answers["given_name"] == ("知夏" if page == "child" else factories.ANSWERS["given_name"])


@pytest.mark.parametrize("page", ["nowhere", "//evil.example", ""])
def test_the_way_back_stays_inside_the_draft(mother, draft, page):
    sent = mother.post(correction_of(draft, "child.weight") + f"?from={page}", {"text": "是 3530 克"})
    assert sent.url == reverse("cases:resume", args=[draft.id])


def test_the_check_page_names_an_open_correction_and_asks_before_it_submits(mother, draft, parents):
    factories.answer(draft, parents.mother)
    check = reverse("cases:check", args=[draft.id])
    assert 'name="uncorrected"' not in text_of(mother.get(check))
    services.dispute_fact(draft.id, "child.weight", text="是 3530 克", actor=parents.mother)
    text = text_of(mother.get(check))
    assert "更正处理中" in text
    assert 'name="uncorrected"' in text
    refused = mother.post(check, {"agreed": "yes"})
    assert refused.status_code == 422
    assert "出生体重的更正还没有结果" in text_of(refused)
    assert 'name="agreed" value="yes" checked' in text_of(refused)
    draft.refresh_from_db()
    assert draft.state == "draft"
    mother.post(check, {"agreed": "yes", "uncorrected": "yes"})
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_each_source_has_a_box_of_its_own(mother, draft):
    draft.sources = draft.sources | {"mother.address": "数据共享 · 市公安局 · 人口基础信息"}
    draft.save()
    text = text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    sources = {source for key, source in draft.sources.items() if key in {"child.weight", "mother.address"}}
    assert len(sources) == 2
    boxes = text.split('<div class="tb-facts">')[1:]
    for source in sources:
        assert [f"以下内容来自{source.removeprefix('数据共享 · ')}" in box for box in boxes].count(True) == 1
    weight = next(box for box in boxes if "出生体重" in box)
    assert "市公安局" not in weight


def test_the_name_of_a_known_answer_is_a_noun(mother, draft):
    text = text_of(mother.get(reverse("cases:page", args=[draft.id, "questions"])))
    assert "<dt>父母婚姻登记</dt>" in text
    assert "父母登记结婚了吗" not in text
