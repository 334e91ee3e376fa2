"""The application's form brings identifiers into one spelling, keeps free text, and proposes surnames to confirm."""

import pytest

from tongban.exchange.libraries.models import Person
from tongban.foundation import clock
from tongban.foundation.codes import resident_number_check
from tongban.handling.cases import services
from tongban.handling.cases.rules.form import clean, open_choices, problem_with
from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.test_pages_apply import mother, page_of, text_of  # noqa: F401
from tongban.handling.cases.views.fields import shown_field
from tongban.handling.catalog.schema import FormField

SURNAMES = FormField(
    key="surname_of",
    label="随谁的姓",
    kind="choice",
    choices=(("father", "随父姓：{father_surname}"), ("mother", "随母姓：{mother_surname}"), ("whole", "自己写全名")),
)


def kind(name):
    return FormField(key="k", label="某项", kind=name)


@pytest.mark.parametrize("name", ["text", "textarea", "address"])
@pytest.mark.parametrize("text", ["，入职", "½ 杯", "（１２号）", "第①条", "한글 བོད་ ئۇيغۇر 😀👩\u200d👧", "甲\n乙"])
def test_field_case_free_text_stays_as_it_was_typed(name, text):
    kept = text.replace("\n", " ") if name == "address" else text
    assert clean(kind(name), f" {text}\u202e\u200b ") == kept


@pytest.mark.parametrize("text", ["云山区清泉路 8 号\r\n2 单元 301 室", "云山区清泉路 8 号 \n\n 2 单元 301 室\n"])
def test_field_case_an_address_wraps_in_its_field_and_is_stored_as_one_line(text):
    """Field case: on a phone, the end of an address was cut off in a field of one line."""
    shown = shown_field(kind("address"), text, "", {}, {})
    assert (shown.kind, shown.rows) == ("textarea", 2)
    assert clean(kind("address"), text) == "云山区清泉路 8 号 2 单元 301 室"


@pytest.mark.parametrize("born", ["20260230", "19941312", "00000312", "20990101"])
def test_field_case_an_impossible_birth_is_refused_in_a_form(born):
    body = f"990102{born}122"
    today = clock.legal_day(clock.now())
    assert problem_with(kind("resident_number"), body + resident_number_check(body), today=today)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("phone", "+86 139 0001 8899", "13900018899"),
        ("phone", "\u202a13900018899\u202c", "13900018899"),
        ("phone", "１３９０００１８８９９", "13900018899"),
        ("resident_number", "99010219٩403121228", "990102199403121228"),
        ("resident_number", "\u200e990102 19940312 1228", "990102199403121228"),
        ("bank_account", "6222 ０２02 0011 2233 44٥", "6222020200112233445"),
        ("amount", "¥1,234.5٠", "1234.50"),
        ("month", "２０２６年３月", "2026-03"),
        ("date", "2026年３月５日", "2026-03-05"),
        ("given_name", "艾力。买买提", "艾力·买买提"),
        *(("name", f"古丽米热 {dot} 艾比布力", "古丽米热·艾比布力") for dot in "·•・‧∙⋅●.。"),
        ("name", " ＪＯＨＮ  F. Smith\u200b ", "JOHN F. Smith"),
    ],
)
def test_field_case_an_answer_is_stored_in_one_spelling(name, typed, stored):
    value = clean(kind(name), typed)
    assert value == stored
    assert problem_with(kind(name), value) is None


@pytest.mark.parametrize("text", ["-5", "10-12", "3·5", "1 2", "\u22125"])
def test_field_case_a_quantity_in_a_form_is_never_turned_into_another_one(text):
    value = clean(kind("number"), text)
    assert value == text, "shown again as it was typed"
    assert problem_with(kind("number"), value) == "“某项”只能填数字"


@pytest.mark.parametrize("text", ["京A·12345", "京Ａ１２３４５"])
def test_a_plate_is_stored_without_its_dot(text):
    assert clean(kind("plate"), text) == "京A12345"


def test_a_surname_that_is_not_known_is_no_choice():
    known = {"father_surname": "端木"}
    assert [value for value, _ in open_choices(SURNAMES, known)] == ["father", "whole"]
    assert problem_with(SURNAMES, "father", facts=known) is None
    assert "请从列出的选项里选择" in problem_with(SURNAMES, "mother", facts=known)
    assert problem_with(SURNAMES, "whole", facts=known) is None
    everything = FormField(key="k", label="k", kind="choice", choices=(("a", "{x}"), ("b", "{y}")))
    assert len(open_choices(everything, {})) == 2  # a page without any choice would be a dead end


@pytest.mark.django_db
@pytest.mark.req("C5")
def test_field_case_the_form_shows_the_surname_and_takes_a_whole_name(parents, mother):  # noqa: F811
    father = Person.objects.get(id=parents.father.subject_id)
    father.surname = "欧阳"
    father.save()
    application = factories.start_newborn(parents.mother)
    page = text_of(mother.get(page_of(application, "child")))
    assert "随父姓：欧阳" in page
    assert "自己写全名" in page
    sent = {"given_name": "艾力 • 阿卜杜拉 . 买买提", "surname_of": "whole"}
    assert mother.post(page_of(application, "child"), sent).status_code == 302
    application.refresh_from_db()
    assert application.answers["given_name"] == "艾力·阿卜杜拉·买买提"


@pytest.mark.django_db
def test_field_case_other_systems_may_send_any_spelling(parents):
    application = factories.start_newborn(parents.mother)
    services.merge_answers(
        application.id, {"contact_phone": "+86 139-0001-8899", "given_name": "𠮷宁"}, actor=parents.mother
    )
    application.refresh_from_db()
    assert (application.answers["contact_phone"], application.answers["given_name"]) == ("13900018899", "𠮷宁")
