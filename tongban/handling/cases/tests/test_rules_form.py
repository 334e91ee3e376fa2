"""Every sentence of the form says where and how to mend it; nothing is asked twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.form import clean, pages_of, problem_with, union_of_fields
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, Item, Page

KINDS = ("text", "textarea", "phone", "choice", "bank_account", "given_name", "address", "date", "amount", "number")


def field(kind, **more):
    choices = (("a", "甲"), ("b", "乙")) if kind == "choice" else ()
    return FormField(key="k", label="某项", kind=kind, choices=choices, **more)


def item(code, *fields):
    return Item(
        code=code, name=code, field="XX", field_name="某", department="某局", task_type="20", project_type="2",
        serves=("person",), legal_days=5, promised_days=3, form=fields,
    )  # fmt: skip


@pytest.mark.req("C2")
@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("phone", "13900001234", "1390000123"),
        ("phone", "139 0000-1234", "23900001234"),
        ("choice", "a", "c"),
        ("bank_account", "6222 0202 0011 2233 445", "6222"),
        ("given_name", "知予", "Amy"),
        ("given_name", "买买提·艾力"[:5], "一二三四五六"),
        ("given_name", "㐂", "知 予"),
        ("address", "清河街道柳荫路 8 号", "柳荫路"),
        ("date", "2026-11-24", "2026-02-30"),
        ("date", "2024-02-29", "11/24"),
        ("amount", "4862.30", "4,862.30"),
        ("amount", "0", "-1"),
        ("number", "12", "一二"),
    ],
)
def test_good_values_pass_and_bad_ones_get_a_sentence(kind, good, bad):
    assert problem_with(field(kind), clean(field(kind), good)) is None
    sentence = problem_with(field(kind), clean(field(kind), bad))
    assert sentence
    assert "“某项”" in sentence


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_answer_is_asked_for_just_when_it_is_required(kind):
    assert problem_with(field(kind), "") == f"{'请选择' if kind == 'choice' else '请填写'}“某项”"
    assert problem_with(field(kind, required=False), "") is None


def test_too_long_says_how_much_to_take_away():
    assert problem_with(field("text", max_length=5), "一二三四五六七") == "“某项”最多 5 个字，请删去 2 个字"


@given(st.sampled_from(KINDS), st.text(max_size=120))
def test_whatever_is_typed_gives_a_sentence_or_none_and_never_an_error(kind, raw):
    value = clean(field(kind), raw)
    sentence = problem_with(field(kind), value)
    assert sentence is None or "“某项”" in sentence
    assert clean(field(kind), value) == value


@given(st.text(max_size=60))
def test_no_character_that_the_database_refuses_gets_through(raw):
    value = clean(field("text"), raw + "\x00")
    assert problem_with(field("text"), value) is not None


@pytest.mark.req("C2")
def test_a_field_of_two_items_is_asked_once():
    shared = FormField(key="contact_phone", label="联系手机", kind="phone")
    fields = union_of_fields([item("AA-01", shared), item("BB-01", shared, field("text"))], {})
    assert list(fields) == ["contact_phone", "k"]


def test_a_field_that_the_answers_do_not_call_for_is_not_asked():
    asked = FormField(key="m", label="寄到哪里", kind="address", when={"delivery": ["mail"]})
    assert list(union_of_fields([item("AA-01", asked)], {"delivery": "pickup"})) == []
    assert list(union_of_fields([item("AA-01", asked)], {"delivery": "mail"})) == ["m"]


def test_a_field_that_no_page_names_comes_last():
    graph = Bundle(
        key="b", name="b", serves=("person",), lead="x", form_name="f", hours=2,
        pages=(Page(key="one", title="一", fields=("k",)), Page(key="none", title="空")),
        steps=(BundleStep(key="s", item="AA-01"),),
    )  # fmt: skip
    extra = FormField(key="extra", label="别的", kind="text")
    pages = pages_of(graph, union_of_fields([item("AA-01", field("text"), extra)], {}))
    assert [(key, [f.key for f in fields]) for key, _, fields in pages] == [("one", ["k"]), ("more", ["extra"])]
