"""Field case "Two tabs": an older tab that saves after the newer one is told, and nothing is lost on either side.

By the interface, `If-Match` says the same (`tests/api/test_edge.py`).
"""

import re

import pytest
from django.urls import reverse

from tongban.foundation.errors import Invalid
from tongban.handling.cases import services
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Material
from tongban.people.identity.testing import signed_in

HEADERS = {"X-Autosave": "1"}
PURPOSE = "certificate_purpose"


@pytest.fixture
def mother(parents):
    return signed_in(parents.mother.subject_id)


@pytest.fixture
def draft(parents):
    return factories.start_newborn(parents.mother)


def address_of(draft, key="child"):
    return reverse("cases:page", args=[draft.id, key])


def opened(client, draft, key="child"):
    """Open a page, and return the hidden stamp that the window sends back."""
    text = client.get(address_of(draft, key)).content.decode()
    return {"_seen": re.search(r'name="_seen" value="(\w+)"', text)[1]}


def stored(draft):
    draft.refresh_from_db()
    return draft.answers


def test_field_case_an_older_tab_that_saves_itself_after_the_newer_one_is_told(mother, draft):
    older, newer = opened(mother, draft), opened(mother, draft)
    saved = mother.post(address_of(draft), newer | {"given_name": "知予", "surname_of": "father"}, headers=HEADERS)
    assert saved.status_code == 204
    told = mother.post(address_of(draft), older | {"given_name": "安", "surname_of": "father"}, headers=HEADERS)
    assert told.status_code == 409
    assert stored(draft)["given_name"] == "知予"


def test_a_tab_that_saved_itself_may_save_again(mother, draft):
    seen = opened(mother, draft)
    for name in ("知", "知予", "知予安"):
        saved = mother.post(address_of(draft), seen | {"given_name": name}, headers=HEADERS)
        assert saved.status_code == 204
        seen = {"_seen": saved["X-Seen"]}
    assert stored(draft)["given_name"] == "知予安"


def test_field_case_without_scripts_the_older_tab_gets_a_page_with_both_versions(mother, draft):
    older, newer = opened(mother, draft), opened(mother, draft)
    mother.post(address_of(draft), newer | {"given_name": "知予", "surname_of": "father"})
    told = mother.post(address_of(draft), older | {"given_name": "安", "surname_of": "mother"})
    text = told.content.decode()
    assert told.status_code == 409
    assert "那边存的：知予；这里填的：安" in text
    assert "那边存的：随父姓：张；这里填的：随母姓：李" in text
    assert 'value="安"' in text
    assert "这里填的还没有保存" in text
    assert "自动</span>保存" not in text, "Field case: the page said 已自动保存 above what was not saved"
    assert 'data-autosave="' not in text, "the next letter would take the choice away"
    assert stored(draft)["given_name"] == "知予"

    # The applicant keeps what the other window stored …
    assert 'value="知予"' in mother.get(address_of(draft)).content.decode()
    # … or chooses what was typed here: the same form, sent again.
    chosen = {"_seen": re.search(r'name="_seen" value="(\w+)"', text)[1], "given_name": "安", "surname_of": "mother"}
    assert mother.post(address_of(draft), chosen).status_code == 302
    assert stored(draft)["given_name"] == "安"


def test_a_third_window_makes_the_choice_stale_again(mother, draft):
    older, newer, third = (opened(mother, draft) for _ in range(3))
    mother.post(address_of(draft), newer | {"given_name": "知予"})
    text = mother.post(address_of(draft), older | {"given_name": "安"}).content.decode()
    choice = {"_seen": re.search(r'name="_seen" value="(\w+)"', text)[1], "given_name": "安"}
    mother.post(address_of(draft), third | {"given_name": "宁"})  # it is told too
    mother.post(address_of(draft), opened(mother, draft) | {"given_name": "宁"})
    assert mother.post(address_of(draft), choice).status_code == 409
    assert stored(draft)["given_name"] == "宁"


def test_the_same_content_from_two_tabs_is_no_conflict(mother, draft):
    older, newer = opened(mother, draft), opened(mother, draft)
    for seen in (newer, older):
        answer = mother.post(address_of(draft), seen | {"given_name": "知予"}, headers=HEADERS)
        assert answer.status_code == 204


def test_tabs_on_different_pages_do_not_disturb_each_other(mother, draft):
    child, insurance = opened(mother, draft), opened(mother, draft, "insurance")
    mother.post(address_of(draft), child | {"given_name": "知予"})
    sent = insurance | {"contact_phone": "13900005555"}
    assert mother.post(address_of(draft, "insurance"), sent, headers=HEADERS).status_code == 204
    assert stored(draft) | {"given_name": "知予", "contact_phone": "13900005555"} == stored(draft)


def test_an_older_tab_does_not_empty_a_field_that_it_did_not_show(mother, draft):
    # The page gains the bank account once a subsidy is chosen.
    older = opened(mother, draft, "insurance")
    mother.post(address_of(draft, "questions"), {"card_delivery": "mail", "maternity": "no", "subsidy": "yes",
                                                 "parenting": "no"})  # fmt: skip
    newer = opened(mother, draft, "insurance")
    mother.post(address_of(draft, "insurance"), newer | {"bank_name": "云州银行清河支行"})
    told = mother.post(address_of(draft, "insurance"), older | {"contact_phone": "13900005555"})
    assert told.status_code == 409
    assert stored(draft)["bank_name"] == "云州银行清河支行"


def test_an_older_check_page_does_not_submit_what_it_did_not_show(mother, draft, parents):
    factories.answer(draft, parents.mother)
    check = reverse("cases:check", args=[draft.id])
    text = mother.get(check).content.decode()
    shown = {name: re.search(rf'name="{name}" value="(\w+)"', text)[1] for name in ("checked", "content")}
    mother.post(address_of(draft), opened(mother, draft) | {"given_name": "安"})
    told = mother.post(check, shown | {"agreed": "yes"})
    assert told.status_code == 409
    assert "在另一个窗口或另一台设备上改过" in told.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_older_tab_does_not_take_back_a_commitment(mother, parents, city):
    spec = reading.read(reading.FOLDER / "items" / "HJ-10.yaml").spec
    promise = Material(key="promise", name="个人承诺", source="commitment", commitment="本人承诺属实。")
    catalog.publish_item(spec.model_copy(update={"materials": (promise,), "version": 9}), actor=factories.CITY)
    draft = services.start_draft("HJ-10", kind="item", actor=parents.mother)
    address = reverse("cases:materials", args=[draft.id])
    older, newer = (
        {"_seen": re.search(r'name="_seen" value="(\w+)"', mother.get(address).content.decode())[1]} for _ in range(2)
    )
    assert mother.post(address, newer | {"commit.promise": "yes"}).status_code == 302
    told = mother.post(address, older)
    assert told.status_code == 409
    assert "另一个窗口改过这一页" in told.content.decode()
    assert stored(draft)["commit.promise"] == "yes"


def test_a_text_that_is_far_too_long_stays_on_the_page(mother, draft):
    endless = "知" * 20_001
    refused = mother.post(address_of(draft), {"given_name": endless})
    assert refused.status_code == 422
    assert "写了 20001 个字" in refused.content.decode()
    assert endless in refused.content.decode()


def test_what_an_old_window_sends_for_a_page_that_no_longer_exists_is_kept(mother, draft):
    """Drafts of the version before had a page of their own for the telephone number."""
    sent = mother.post(address_of(draft, "contact"), {"contact_phone": "139 0000 7777"})
    assert sent["Location"] == reverse("cases:resume", args=[draft.id])
    assert stored(draft)["contact_phone"] == "13900007777"
    assert mother.get(address_of(draft, "contact"), follow=True).status_code == 200


@pytest.fixture
def short(parents, city):
    """A draft whose only page is filled in on the check page itself."""
    catalog.publish_item(reading.read(reading.FOLDER / "items" / "HJ-10.yaml").spec, actor=factories.CITY)
    return services.start_draft("HJ-10", kind="item", actor=parents.mother)


def shown_on_check(client, draft):
    text = client.get(reverse("cases:check", args=[draft.id])).content.decode()
    names = ("checked", "content", "page", "_seen")
    return {one: found[1] for one in names if (found := re.search(rf'name="{one}" value="([\w-]*)"', text))}


def test_naming_a_page_of_a_longer_form_submits_nothing_unseen(mother, draft, parents):
    factories.answer(draft, parents.mother)
    shown = shown_on_check(mother, draft)
    services.save_answers(draft.id, {"bank_account": "6222020200112233452"}, page="insurance", actor=parents.mother)
    told = mother.post(reverse("cases:check", args=[draft.id]), shown | {"agreed": "yes", "page": "child"})
    assert told.url == reverse("cases:resume", args=[draft.id])
    checked = services.Checked(requirements=shown["checked"], answers=shown["content"], agreed=True)
    with pytest.raises(Invalid):
        services.finish(draft.id, {}, page="child", seen="", checked=checked, actor=parents.mother)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_short_form_is_not_submitted_with_another_answer_that_it_did_not_show(mother, short, parents):
    shown = shown_on_check(mother, short)
    assert shown["page"] == "form"
    short.refresh_from_db()
    short.answers = short.answers | {"commit.other": "yes"}  # as another window stored it
    short.save(update_fields=["answers"])
    told = mother.post(reverse("cases:check", args=[short.id]), shown | {"agreed": "yes", PURPOSE: "入职"})
    assert told.status_code == 409
    assert "在另一个窗口或另一台设备上改过" in told.content.decode()
    short.refresh_from_db()
    assert short.state == "draft"


def test_field_case_the_choice_on_a_short_form_names_no_next_page(mother, short):
    """Field case: a form of one page said 第 1 步，共 1 步 and 保存并进入下一步."""
    older = shown_on_check(mother, short)
    address = reverse("cases:page", args=[short.id, "form"])
    mother.post(address, older | {PURPOSE: "入职"}, headers={"X-Autosave": "1"})
    told = mother.post(reverse("cases:check", args=[short.id]), older | {"agreed": "yes", PURPOSE: "出国"})
    text = told.content.decode()
    assert told.status_code == 409
    assert "共 1 步" not in text
    assert "下一步" not in text
    assert "保存这里填的，去核对" in text
    assert f'href="{reverse("cases:check", args=[short.id])}"' in text
    seen = re.search(r'name="_seen" value="(\w+)"', text)[1]
    chosen = mother.post(address, {"_seen": seen, PURPOSE: "出国"})
    assert chosen.url == reverse("cases:check", args=[short.id])


def test_a_short_form_that_saved_itself_is_submitted(mother, short):
    shown = shown_on_check(mother, short)
    saved = mother.post(address_of(short, "form"), shown | {PURPOSE: "入职"}, headers=HEADERS)
    sent = shown | {PURPOSE: "入职", "_seen": saved["X-Seen"], "agreed": "yes"}
    assert mother.post(reverse("cases:check", args=[short.id]), sent).status_code == 302
    short.refresh_from_db()
    assert short.state == "submitted"


def test_what_was_typed_stays_when_the_submission_of_a_short_form_is_refused(mother, short):
    refused = mother.post(reverse("cases:check", args=[short.id]), shown_on_check(mother, short) | {PURPOSE: "入职"})
    assert refused.status_code == 422
    assert stored(short)[PURPOSE] == "入职"
