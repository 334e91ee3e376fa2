"""Field case: the newborn bundle took 22 clicks on 14 pages, 无犯罪记录证明 9 on 10 with one typed field.

How many clicks it takes now is counted in a browser (`tests/system/test_clicks.py`). Here: nothing is asked that the
city knows, and no page only leads to the next.
"""

import re

import pytest
from django.urls import reverse

from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application
from tongban.handling.cases.rules.graph import holds
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.asked import asked_materials
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger

NO_CRIME = "HJ-10"


@pytest.fixture
def mother(parents):
    return signed_in(parents.mother.subject_id)


@pytest.fixture
def item(city):
    catalog.publish_item(reading.read(reading.FOLDER / "items" / f"{NO_CRIME}.yaml").spec, actor=factories.CITY)
    return NO_CRIME


def text_of(answer):
    return answer.content.decode()


def fields_with_cursor(answer):
    fields = re.findall(r"<(?:input|textarea)[^>]*autofocus[^>]*>", text_of(answer))
    return [re.search(r'name="(\w+)"', field)[1] for field in fields]


def test_the_guides_button_starts_the_draft_on_its_first_page(mother, city):
    guide = text_of(mother.get("/bundles/birth/"))
    assert re.search(r'<form class="tb-inline" method="post" action="/apply/bundle/birth/">', guide)
    started = mother.post("/apply/bundle/birth/", follow=True)
    assert "先回答几个问题" in text_of(started)
    assert [code for _, code in started.redirect_chain] == [302]


def test_pressing_it_again_leads_back_to_where_the_draft_was_left(mother, parents):
    draft = factories.start_newborn(parents.mother)
    services.save_answers(draft.id, factories.ANSWERS, page="questions", actor=parents.mother)
    assert mother.post("/apply/bundle/birth/").url == reverse("cases:page", args=[draft.id, "child"])


def test_a_question_that_a_register_answers_is_not_asked(mother, parents):
    draft = factories.start_newborn(parents.mother)
    text = text_of(mother.get(reverse("cases:page", args=[draft.id, "questions"])))
    assert 'name="married"' not in text
    assert "已登记结婚" in text
    assert "市民政局 · 婚姻登记信息" in text
    assert draft.answers["married"] == "yes"


def test_it_is_asked_where_the_register_has_nothing(city):
    parents = factories.make_parents(city, married=False)
    draft = factories.start_newborn(parents.mother)
    assert "married" not in draft.answers
    page = signed_in(parents.mother.subject_id).get(reverse("cases:page", args=[draft.id, "questions"]))
    assert 'name="married"' in text_of(page)


def test_the_cursor_stands_in_the_first_field_to_type_and_skips_no_choice(mother, parents):
    draft = factories.start_newborn(parents.mother)
    services.save_answers(draft.id, factories.ANSWERS, page="questions", actor=parents.mother)
    money, child = (reverse("cases:page", args=[draft.id, key]) for key in ("insurance", "child"))
    assert fields_with_cursor(mother.get(money)) == ["bank_name"]
    assert fields_with_cursor(mother.get(child)) == [], "the surname is chosen first"
    refused = mother.post(money, {"bank_name": "云州银行"})
    assert refused.status_code == 422
    assert fields_with_cursor(refused) == [], "the list of errors is read first"
    assert fields_with_cursor(mother.get(money)) == ["bank_account"]


def test_a_choice_that_comes_to_the_same_is_made(mother, parents):
    draft = factories.start_newborn(parents.mother)
    assert "household_of" in draft.answers  # mother and father are in one household
    child = text_of(mother.get(reverse("cases:page", args=[draft.id, "child"])))
    assert 'name="household_of"' not in child
    assert "户口落在谁那里" in child
    assert "选哪一个结果都一样，不用再选" in child
    assert draft.answers["account_holder"] == "mother"
    assert factories.start_newborn(parents.father).answers["account_holder"] == "father"


def test_a_page_whose_content_is_known_is_not_visited(mother, parents, item):
    spec = reading.read(reading.FOLDER / "items" / f"{item}.yaml").spec
    phone = spec.form[0].model_copy(
        update={"key": "contact_phone", "label": "联系手机", "kind": "phone", "prefill": "applicant.phone"}
    )
    catalog.publish_item(spec.model_copy(update={"version": 9, "form": (phone,)}), actor=factories.CITY)
    draft = services.start_draft(item, kind="item", actor=parents.mother)
    assert mother.get(reverse("cases:resume", args=[draft.id])).url == reverse("cases:check", args=[draft.id])


def test_field_case_the_whole_form_is_filled_in_checked_and_submitted_on_one_page(mother, parents, item):
    page = mother.post(f"/apply/item/{item}/", follow=True)
    text = text_of(page)
    draft = Application.objects.get()
    check = reverse("cases:check", args=[draft.id])
    assert page.redirect_chain[-1][0] == check
    assert 'name="certificate_purpose"' in text
    assert "不用另交" in text
    hidden = dict(re.findall(r'<input type="hidden" name="(checked|content|page|_seen)" value="(\w+)"', text))
    sent = mother.post(check, hidden | {"certificate_purpose": "云江区第一小学，入学报名", "agreed": "yes"})
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert draft.answers["certificate_purpose"].endswith("入学报名")
    assert sent.url == reverse("cases:receipt", args=[draft.number])
    agreed = next(entry for entry in ledger.entries_of(draft.id) if entry.type == "cases.UseAgreed")
    assert agreed.actor == str(parents.mother.subject_id)


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({"certificate_purpose": "入学"}, ["勾选“我确认"]),
        ({"agreed": "yes"}, ["请填写“证明用途”"]),
        ({}, ["勾选“我确认", "请填写“证明用途”"]),
    ],
)
def test_what_is_missing_is_said_on_the_same_page_and_nothing_typed_is_lost(mother, parents, item, typed, sentences):
    draft = services.start_draft(item, kind="item", actor=parents.mother)
    refused = mother.post(reverse("cases:check", args=[draft.id]), {"page": "form", "certificate_purpose": ""} | typed)
    text = text_of(refused)
    assert refused.status_code == 422
    assert all(sentence in text for sentence in sentences)
    assert f'value="{typed.get("certificate_purpose", "")}"' in text
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert draft.answers["certificate_purpose"] == typed.get("certificate_purpose", "")


def test_the_agreement_is_never_ticked_beforehand(mother, parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    box = re.search(r'<input[^>]*name="agreed"[^>]*>', text_of(mother.get(reverse("cases:check", args=[draft.id]))))[0]
    assert "checked" not in box


def test_there_is_no_page_of_materials_where_none_has_to_be_added(mother, parents):
    draft = factories.start_newborn(parents.mother)
    services.save_answers(draft.id, factories.ANSWERS, page="questions", actor=parents.mother)
    services.save_answers(draft.id, factories.ANSWERS, page="child", actor=parents.mother)
    page = reverse("cases:page", args=[draft.id, "insurance"])
    assert mother.post(page, factories.ANSWERS).url == reverse("cases:check", args=[draft.id])
    assert "材料</span>" not in text_of(mother.get(page))


def test_materials_are_asked_for_before_the_check_where_a_licence_is_missing(mother, parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, married="no")
    check = reverse("cases:check", args=[draft.id])
    assert mother.get(check).url == reverse("cases:materials", args=[draft.id])


def test_the_check_page_shows_all_that_is_sent_and_the_whole_time(mother, parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    text = text_of(mother.get(reverse("cases:check", args=[draft.id])))
    assert "受理后最长 15 个工作日" in text
    assert "提交后 5 个工作日内受理" in text, "Field case: the promise left out the days until acceptance"
    assert "0 个工作日" not in text.replace("10 个工作日", "")
    for words in ("随父姓：张", "知予", "母亲的户口：李文敏", "寄到家", "云州银行清河支行", "已登记结婚"):
        assert words in text, words


def test_the_receipt_says_first_where_to_go(mother, parents):
    application = factories.submitted_newborn(parents.mother)
    text = text_of(mother.get(reverse("cases:receipt", args=[application.number])))
    assert text.index("回到首页") < text.index("接下来")


def test_giving_up_is_offered_once_and_no_step_lies_before_the_first(mother, parents, item):
    draft = services.start_draft(item, kind="item", actor=parents.mother)
    text = text_of(mother.get(reverse("cases:check", args=[draft.id])))
    assert text.count(reverse("cases:discard", args=[draft.id])) == 1
    assert "返回上一步" not in text
    bundle = factories.start_newborn(parents.mother)
    tasks = text_of(mother.get(reverse("cases:tasks", args=[bundle.id])))
    assert tasks.count(reverse("cases:discard", args=[bundle.id])) == 1
    assert "返回上一步" not in text_of(mother.get(reverse("cases:page", args=[bundle.id, "questions"])))
    assert "返回上一步" in text_of(mother.get(reverse("cases:page", args=[bundle.id, "child"])))


def test_one_item_of_one_department_is_not_spoken_of_as_many(mother, parents, item):
    draft = services.start_draft(item, kind="item", actor=parents.mother)
    text = text_of(mother.get(reverse("cases:check", args=[draft.id])))
    assert re.search("同意[^<]*公安局为办理这项业务使用这些信息", text)
    assert "各部门" not in text
    assert "这 1 项" not in text


def test_the_receipt_names_a_source_once(parents):
    application = factories.submitted_newborn(parents.mother)
    for name, source in queries.received_materials(application):
        assert not source.endswith(name)


def test_before_acceptance_the_progress_names_both_times(mother, parents):
    application = factories.handled_newborn(parents.mother)
    rows = [row for row in queries.case_rows(application) if row.state == "submitted"]
    assert rows
    for row in rows:
        assert row.light_words == "5 个工作日内答复是否受理"
        assert re.search("前答复是否受理；受理后(当场办结| [0-9]+ 个工作日内办结)$", row.sentence), row.sentence


def test_field_case_guide_and_draft_count_the_same_materials(mother, parents):
    """Field case: the guide said 15 materials, the draft 17: it counted what departments hand on to each other."""
    guide = text_of(mother.get("/bundles/birth/"))
    most = int(re.search(r"最多 (\d+) 项，同样的", guide)[1])
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    view = services.check_draft(draft.id, actor=parents.mother)
    page = text_of(mother.get(reverse("cases:check", args=[draft.id])))
    count = int(re.search(r"按您的情况需要 (\d+) 项", page)[1])
    assert count == len(view.asked_materials)
    bundle = view.plan.bundle
    items = [view.plan.standings[step.item].newest for step in bundle.steps]
    asked = {m.key: m for m in asked_materials(items)}
    assert most == len(asked)
    assert count == sum(holds(m.when, view.answers) for m in asked.values())
    assert "出生医学证明" in {m.material.name for m in view.handed_on}
    assert f"另有 {len(view.handed_on)} 项在办理中产生" in page
    application = services.submit(draft.id, actor=parents.mother)
    assert len(queries.received_materials(application)) == count


def test_field_case_what_was_chosen_beforehand_says_so_until_the_applicant_has_saved_it(mother, parents):
    draft = factories.start_newborn(parents.mother)
    questions = reverse("cases:page", args=[draft.id, "questions"])
    said = "已经先选了“寄到家”，不合适可以改。"
    assert text_of(mother.get(questions)).count("已经先选了") == 1
    assert said in text_of(mother.get(questions))
    services.save_answers(draft.id, factories.ANSWERS, page="questions", actor=parents.mother)
    assert said not in text_of(mother.get(questions))
    insurance = text_of(mother.get(reverse("cases:page", args=[draft.id, "insurance"])))
    assert "已经先选了“母亲”，不合适可以改。" in insurance


def test_what_the_applicant_typed_is_not_said_to_be_chosen_beforehand(mother, parents):
    draft = factories.start_newborn(parents.mother)
    answer = mother.post(reverse("cases:page", args=[draft.id, "questions"]), {"card_delivery": "mail"})
    assert answer.status_code == 422
    assert "已经先选了" not in text_of(answer)
