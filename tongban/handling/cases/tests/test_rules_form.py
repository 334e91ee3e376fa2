"""Every error of the form says where it is and how to correct it; nothing is asked twice."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.form import clean, pages_of, problem_with, union_of_fields
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, Item, Page

KINDS = ("text", "textarea", "phone", "choice", "bank_account", "given_name", "address", "date", "amount", "number")
KINDS += ("name", "month", "resident_number", "credit_code", "plate", "vin", "code")


def field(kind, **more):
    choices = (("a", "甲"), ("b", "乙")) if kind == "choice" else ()
    return FormField(key="k", label="某项", kind=kind, choices=choices, **more)


def item(code, *fields):
    return Item(
        code=code, name=code, field="XX", field_name="某", department="某局", task_type="20", project_type="2",
        serves=("person",), legal_days=5, promised_days=3, form=fields,
    )  # fmt: skip


@pytest.mark.req("C5")
@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("phone", "13900001234", "1390000123"),
        ("phone", "139 0000-1234", "23900001234"),
        ("choice", "a", "c"),
        ("bank_account", "6222 0202 0011 2233 445", "6222"),
        ("given_name", "知予", "Amy"),
        ("given_name", "买买提．艾力", "一" * 51),
        ("given_name", "㐂", "知1"),
        ("name", "阿卜杜拉 • 买买提", "买买提2"),
        ("name", "JOHN F. SMITH", "一@二"),
        ("address", "清河街道柳荫路 8 号", "柳荫路"),
        ("date", "2026-11-24", "2026-02-30"),
        ("date", "2024-02-29", "11/24"),
        ("amount", "4862.30", "4,86.30"),
        ("amount", "0", "-1"),
        ("number", "12", "一二"),
        ("date", "2026年2月3日", "2026年2月30日"),
        ("date", "20261124", "2026112"),
        ("month", "2026-11", "2026-13"),
        ("resident_number", "990102 19940312 1228", "990102199403121229"),
        ("resident_number", "99010219940312122８", "990102940312122"),
        ("credit_code", "91990100ma0y0001xm", "91990100MA0Y0001XX"),
        ("plate", "云A·12345", "A12345"),
        ("plate", "云ad12345", "云AI2345"),
        ("vin", "lsvaa4187e2184842", "LSVAA4187E218484I"),
        ("code", "YZ-2026-0001", "？"),
    ],
)
def test_valid_values_pass_and_invalid_ones_get_a_message(kind, good, bad):
    assert problem_with(field(kind), clean(field(kind), good)) is None
    sentence = problem_with(field(kind), clean(field(kind), bad))
    assert sentence
    assert "“某项”" in sentence


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_answer_is_an_error_only_if_required(kind):
    assert problem_with(field(kind), "") == f"{'请选择' if kind == 'choice' else '请填写'}“某项”"
    assert problem_with(field(kind, required=False), "") is None


def test_a_text_that_is_too_long_says_how_much_to_remove():
    assert problem_with(field("text", max_length=5), "一二三四五六七") == "“某项”最多 5 个字，请删去 2 个字"


@given(st.sampled_from(KINDS), st.text(max_size=120))
def test_any_input_gives_a_message_or_none_and_never_an_exception(kind, raw):
    value = clean(field(kind), raw)
    sentence = problem_with(field(kind), value)
    assert sentence is None or "“某项”" in sentence
    assert clean(field(kind), value) == value


TODAY = date(2026, 11, 24)


@pytest.mark.req("C5")
@pytest.mark.parametrize(
    ("bounds", "value", "sentence"),
    [
        ({"kind": "amount", "least": "1"}, "0.99", "不能小于 1"),
        ({"kind": "number", "most": "30"}, "31", "不能大于 30"),
        ({"kind": "date", "not_after": "today"}, "2026-11-25", "不能晚于今天"),
        ({"kind": "date", "not_before": "today"}, "2026-11-23", "不能早于今天"),
        ({"kind": "date", "not_before": "start"}, "2026-11-09", "不能早于2026-11-10"),
    ],
)
def test_a_value_out_of_bounds_names_the_bound(bounds, value, sentence):
    bounded = FormField(key="k", label="某项", **bounds)
    assert sentence in problem_with(bounded, value, {"start": "2026-11-10"}, TODAY)


@pytest.mark.parametrize("value", ["2026-11-10", "2026-12-01"])
def test_the_bound_itself_is_allowed_and_an_invalid_bound_is_ignored(value):
    bounded = FormField(key="k", label="某项", kind="date", not_before="start")
    assert problem_with(bounded, value, {"start": "2026-11-10"}, TODAY) is None
    assert problem_with(bounded, value, {"start": "明天"}, TODAY) is None
    assert problem_with(bounded, value, {}, TODAY) is None


@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_a_date_is_understood_in_any_common_format(day, form):
    assert clean(field("date"), day.strftime(form)) == day.isoformat()


@given(st.integers(min_value=0, max_value=17), st.integers(min_value=1, max_value=9))
def test_a_number_with_one_digit_changed_is_refused(place, by):
    number = "990102199403121228"
    changed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert problem_with(field("resident_number"), changed) is not None


@given(st.text(max_size=60))
def test_no_character_that_the_database_refuses_is_accepted(raw):
    value = clean(field("text"), raw + "\x00")
    assert problem_with(field("text"), value) is not None


@pytest.mark.req("C5")
def test_a_field_shared_by_two_items_is_asked_once():
    shared = FormField(key="contact_phone", label="联系手机", kind="phone")
    fields = union_of_fields([item("AA-01", shared), item("BB-01", shared, field("text"))], {})
    assert list(fields) == ["contact_phone", "k"]


def test_a_field_is_asked_only_if_the_answers_require_it():
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
