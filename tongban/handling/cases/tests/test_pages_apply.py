"""The applicant's pages in use: filled in, with errors, left, resumed, and submitted once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import shell
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger

START = "/apply/bundle/birth/"


@pytest.fixture
def mother(parents):
    return signed_in(parents.mother.subject_id)


@pytest.fixture
def draft(parents):
    return factories.start_newborn(parents.mother)


@pytest.fixture
def filled(draft, parents):
    factories.answer(draft, parents.mother)
    return draft


PAPER = "father-acknowledgement"


def upload(client, draft, name, content, **more):
    """Choose a file for the only upload, and press the button beside it or another button of the page."""
    typed = {f"file.{PAPER}": SimpleUploadedFile(name, content)} | (more or {"upload": PAPER})
    return client.post(reverse("cases:materials", args=[draft.id]), typed)


def page_of(draft, key):
    return reverse("cases:page", args=[draft.id, key])


def text_of(response):
    return response.content.decode()


@pytest.mark.req("A4")
def test_the_start_page_says_what_will_happen_and_leads_to_the_first_page(mother, parents):
    assert "开始填写" in text_of(mother.get(START))
    started = mother.post(START, follow=True)
    assert "先回答几个问题" in text_of(started)
    draft = Application.objects.get()
    tasks = text_of(mother.get(reverse("cases:tasks", args=[draft.id])))
    assert "接着填：几个问题" in tasks
    assert "0 个工作日" not in tasks
    assert "最长 3 个工作日" in tasks
    assert "继续上次填写" in text_of(mother.get(START))
    assert Application.objects.count() == 1


def test_a_page_with_errors_keeps_the_input_and_says_what_to_correct_at_the_field(mother, draft):
    response = mother.post(page_of(draft, "child"), {"given_name": "知yi", "surname_of": ""})
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>错误：" in text
    assert text.count("只能用汉字，请把“y”改成汉字") >= 2  # in the summary and at the field
    assert "请选择“宝宝随谁的姓”" in text
    assert 'value="知yi"' in text
    assert 'value="知yi"' in text_of(mother.get(page_of(draft, "child")))


def test_field_case_a_name_that_begins_with_the_chosen_surname_is_refused_at_the_field(mother, filled):
    """Field case: 李安安 was typed under the mother's surname, and the papers were issued to 李李安安."""
    response = mother.post(page_of(filled, "child"), {"given_name": "李安安", "surname_of": "mother"})
    assert response.status_code == 422
    text = text_of(response)
    sentence = "名字里已有姓“李”，全名会是“李李安安”。请只填名字“安安”；确实要叫“李李安安”的，请选“自己写全名”"
    assert text.count(sentence) >= 2  # in the summary and at the field
    assert 'value="李安安"' in text
    assert "自己写全名" in text.replace(sentence, "")
    assert sentence in text_of(mother.get(reverse("cases:check", args=[filled.id])))
    for taken in ({"given_name": "安安", "surname_of": "mother"}, {"given_name": "李李安安", "surname_of": "whole"}):
        assert mother.post(page_of(filled, "child"), taken).status_code == 302


def test_field_case_the_whole_name_of_the_child_is_read_before_submission(mother, filled):
    for answers, whole in [
        ({"given_name": "安安", "surname_of": "mother"}, "李安安"),
        ({"given_name": "知予", "surname_of": "father"}, "张知予"),
        ({"given_name": "李知予", "surname_of": "whole"}, "李知予"),
    ]:
        mother.post(page_of(filled, "child"), answers)
        text = text_of(mother.get(reverse("cases:check", args=[filled.id])))
        row = text[text.index("宝宝全名") :]
        assert f">{whole}</dd>" in row[: row.index("</div>")]


@pytest.mark.parametrize(
    ("page", "answers", "sentence"),
    [
        ("questions", {"maternity": "perhaps"}, "请回答：要一起报销生育医疗费吗？"),
        ("child", {"given_name": "知" * 51, "surname_of": "father"}, "最多 50 个"),
        ("child", {"household_of": "uncle"}, "请从列出的选项里选择"),
        ("insurance", {"contact_phone": "1390000"}, "应是 11 位手机号"),
        ("insurance", {"bank_account": "12ab", "bank_name": "云州银行", "account_holder": "mother"}, "12 至 19 位数字"),
    ],
)
def test_each_invalid_field_has_its_own_message(mother, filled, page, answers, sentence):
    response = mother.post(page_of(filled, page), answers)
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_a_draft_is_continued_on_another_device(mother, draft, parents):
    later = mother.post(page_of(draft, "child"), {"given_name": "知予", "surname_of": "father", "later": "yes"})
    assert later.status_code == 302
    phone = signed_in(parents.mother.subject_id)
    assert 'value="知予"' in text_of(phone.get(page_of(draft, "child")))


def test_a_page_is_saved_automatically_without_moving_on(mother, draft):
    saved = mother.post(page_of(draft, "child"), {"given_name": "知"}, headers={"X-Autosave": "1"})
    assert saved.status_code == 204
    draft.refresh_from_db()
    assert draft.answers["given_name"] == "知"


def test_known_data_is_shown_with_its_source_and_not_asked_for(mother, filled):
    text = text_of(mother.get(page_of(filled, "child")))
    assert "云州市妇幼保健院" in text
    assert "分娩信息" in text
    assert "李文敏" in text, "one's own name is whole"
    assert "张*" in text
    assert "张磊" not in text, "the other parent's is masked"
    assert 'type="file"' not in text_of(mother.get(reverse("cases:materials", args=[filled.id])))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7" + b"x" * (10 * 1024 * 1024), "超过 10 MB"),
        (b"MZ this is a program", "只能上传 PDF、JPG 或 PNG"),
        (b"%PDF-1.7 cut short", "PDF 文件不完整"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "PNG 图片不完整"),
        (b"\xff\xd8\xff" + b"\0" * 60, "JPG 图片不完整"),
    ],
)
def test_each_refused_upload_has_its_message_beside_its_material(mother, draft, parents, content, sentence):
    factories.answer(draft, parents.mother, married="no")
    response = upload(mother, draft, "statement.pdf", content)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert 'id="error-father-acknowledgement"' in text_of(response)
    assert not draft.attachments.exists()


@pytest.mark.req("C5")
def test_a_failing_exemption_falls_back_to_an_upload_that_can_be_replaced(mother, draft, parents):
    factories.answer(draft, parents.mother, married="no")
    materials = reverse("cases:materials", args=[draft.id])
    assert mother.post(materials).status_code == 422
    for name in ("first.pdf", "second.pdf"):
        assert upload(mother, draft, name, factories.PDF).status_code == 302
    text = text_of(mother.get(materials))
    assert "second.pdf" in text
    assert "first.pdf" not in text
    mother.post(reverse("cases:detach", args=[draft.id, PAPER]))
    assert "second.pdf" not in text_of(mother.get(materials))


def test_a_chosen_file_is_kept_whichever_button_is_pressed(mother, draft, parents):
    factories.answer(draft, parents.mother, married="no")
    on = upload(mother, draft, "statement.pdf", factories.PDF, later="")
    assert on["Location"] == reverse("cases:check", args=[draft.id])
    assert draft.attachments.get().material == PAPER


def test_the_upload_button_without_a_file_asks_for_one_and_links_to_the_field(mother, draft, parents):
    factories.answer(draft, parents.mother, married="no")
    asked = mother.post(reverse("cases:materials", args=[draft.id]), {"upload": PAPER})
    assert asked.status_code == 422
    assert "请先选择文件，再点“上传”。" in text_of(asked)
    assert f'href="#file-{PAPER}"' in text_of(asked)


def test_a_scan_of_several_megabytes_is_accepted(mother, draft, parents):
    factories.answer(draft, parents.mother, married="no")
    scan = factories.PDF[:-7] + b"\n%" + b"filling " * (512 * 1024) + b"\n%%EOF\n"
    assert upload(mother, draft, "scan.jpg", scan).status_code == 302
    own = mother.get(reverse("cases:file", args=[draft.attachments.get().id]))
    assert own.getvalue() == scan
    assert "scan.pdf" in own["Content-Disposition"]


def test_an_incomplete_draft_is_not_submitted_and_each_gap_has_a_link(mother, draft):
    response = mother.post(reverse("cases:check", args=[draft.id]))
    assert response.status_code == 422
    assert f'href="{page_of(draft, "child")}#id_given_name"' in text_of(response)
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.req("A4")
def test_submitting_again_from_the_back_button_gives_the_same_receipt(mother, filled):
    check = reverse("cases:check", args=[filled.id])
    first, second = mother.post(check, {"agreed": "yes"}), mother.post(check, {"agreed": "yes"})
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    filled.refresh_from_db()
    assert filled.cases.count() == 9
    assert filled.number in first.url
    assert "已经提交" in text_of(mother.get(first.url))
    assert mother.get(page_of(filled, "child")).url == first.url


def test_a_draft_is_discarded_only_after_confirmation(mother, draft):
    address = reverse("cases:discard", args=[draft.id])
    assert "确认放弃" in text_of(mother.get(address))
    with shell.places.only():  # without the citizen's own pages there is still a page to go to
        assert mother.post(address).url == "/"
    draft.refresh_from_db()
    assert draft.state == "discarded"
    assert mother.get(reverse("cases:tasks", args=[draft.id])).status_code == 404


def test_strangers_and_officers_see_nothing_of_a_draft(filled, parents, city):
    addresses = [
        reverse("cases:tasks", args=[filled.id]),
        page_of(filled, "child"),
        reverse("cases:materials", args=[filled.id]),
        reverse("cases:check", args=[filled.id]),
        reverse("cases:discard", args=[filled.id]),
    ]
    father, officer = signed_in(parents.father.subject_id), signed_in(city.officer("市公安局", "head").subject_id)
    for address in addresses:
        assert Client().get(address).url.startswith("/sign-in/?next=/applications/draft/")
        assert father.get(address).status_code == 404
        assert officer.get(address).status_code == 403


@pytest.fixture
def submitted(parents):
    return factories.handled_newborn(parents.mother)


def test_a_correction_is_answered_on_one_page(mother, submitted, parents, city):
    case = factories.case_of(submitted, "maternity")
    step = case.steps.get(kind="accept", state="open")
    wanted = [{"material": "medical-bills", "sentence": "请补一张出院小结照片"}]
    key = case.materials.exclude(way="form").first().key
    wanted[0]["material"] = key
    services.request_correction(step.id, wanted=wanted, actor=city.officer("市医疗保障局", "window"))
    address = reverse("cases:correction", args=[submitted.number, case.number])
    assert "请补一张出院小结照片" in text_of(mother.get(address))
    empty = mother.post(address)
    assert empty.status_code == 422
    assert "请补交" in text_of(empty)
    bad = mother.post(address, {key: SimpleUploadedFile("x.txt", b"words")})
    assert bad.status_code == 422
    assert "只能上传 PDF、JPG 或 PNG" in text_of(bad)
    with shell.places.only():  # no page shows progress: the receipt is there in any case
        done = mother.post(address, {key: SimpleUploadedFile("x.pdf", factories.PDF)})
    assert (done.status_code, done.url) == (302, reverse("cases:receipt", args=[submitted.number]))
    case.refresh_from_db()
    assert (case.state, case.round) == ("submitted", 2)
    assert mother.get(address).status_code == 404
    assert signed_in(parents.father.subject_id).get(address).status_code == 404


def test_a_missing_right_to_answer_a_correction_is_no_error_of_a_field(mother, submitted, city, monkeypatch):
    case = factories.case_of(submitted, "maternity")
    key = case.materials.exclude(way="form").first().key
    services.request_correction(
        case.steps.get(kind="accept", state="open").id,
        wanted=[{"material": key, "sentence": "请补一份清楚的"}],
        actor=city.officer("市医疗保障局", "window"),
    )

    def refuse(*given, **more):
        raise NotAllowed

    monkeypatch.setattr("tongban.handling.cases.services.attach", refuse)
    monkeypatch.setattr("tongban.handling.cases.services.drafts.attach", refuse)
    address = reverse("cases:correction", args=[submitted.number, case.number])
    assert mother.post(address, {key: SimpleUploadedFile("x.pdf", factories.PDF)}).status_code == 403


def test_withdrawing_asks_which_cases_and_keeps_the_reason(mother, submitted):
    address = reverse("cases:withdrawal", args=[submitted.number])
    assert mother.post(address).status_code == 422
    case = factories.case_of(submitted, "maternity")
    with shell.places.only():
        done = mother.post(address, {"case": case.number, "reason": "已经在医院报销了"})
    assert done.url == reverse("cases:receipt", args=[submitted.number])
    case.refresh_from_db()
    assert (case.state, case.reason) == ("withdrawn", "已经在医院报销了")
    assert factories.case_of(submitted, "childcare").state == "submitted"
    assert any(entry.type == "cases.CaseWithdrawn" for entry in ledger.entries_of(case.id))


def test_applicants_can_open_their_own_files_and_nobody_elses(mother, draft, parents):
    factories.answer(draft, parents.mother, married="no")
    attachment = services.attach(
        draft.id, "father-acknowledgement", content=factories.PDF, name="声明.pdf", actor=parents.mother
    )
    address = reverse("cases:file", args=[attachment.id])
    own = mother.get(address)
    assert own.getvalue() == factories.PDF
    assert "sandbox" in own["Content-Security-Policy"]
    assert signed_in(parents.father.subject_id).get(address).status_code == 404
