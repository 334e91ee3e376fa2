"""Forms: the submitted values, the place of a refusal, and the status of the page."""

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory

from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.ui.forms import ConcurrentForm, Form


class Sample(Form):
    name = forms.CharField(label="姓名", error_messages={"required": "请填写姓名"})
    number = forms.CharField(label="号码", required=False)

    def field_names(self):
        return {"credit_code": "number"}


def sent(**typed):
    return Sample.of(RequestFactory().post("/", typed))


def render(source, **context):
    return engines["jinja2"].from_string('{% import "ui/components.html" as c %}' + source).render(context)


def test_a_form_that_was_not_submitted_has_no_errors():
    form = Sample.of(RequestFactory().get("/", {"name": "李敏"}))
    assert not form.is_bound
    assert form.status == 200
    assert render("{{ c.wrong(form) }}{{ c.form_errors(form) }}", form=form).strip() == ""


def test_an_empty_form_says_what_is_missing():
    form = sent()
    assert not form.is_valid()
    assert form.status == 422
    text = render("{{ c.wrong(form) }}{{ c.form_errors(form) }}{{ c.fields_of(form) }}", form=form)
    assert text.startswith("错误：")
    assert 'href="#id_name"' in text
    assert text.count("请填写姓名") == 2, "in the summary and at the field"


@pytest.mark.django_db  # uploads read a key
def test_a_form_contains_the_uploaded_files():
    from django.core.files.uploadedfile import SimpleUploadedFile

    class WithFile(Form):
        paper = forms.FileField()

    form = WithFile.of(RequestFactory().post("/", {"paper": SimpleUploadedFile("a.pdf", b"%PDF-")}))
    assert form.is_valid()
    assert form.cleaned_data["paper"].name == "a.pdf"


@pytest.mark.parametrize(
    ("refusal", "field", "status"),
    [
        (Invalid("太短", field="name"), "name", 422),
        (Invalid("不对", field="credit_code"), "number", 422),
        (Invalid("都不行", field="elsewhere"), None, 422),
        (NotFound("没有这个人"), None, 422),
        (Conflict("已有同名的", field="name"), "name", 422),
        (Conflict("已有人先办了"), None, 422),
    ],
)
def test_a_refusal_is_shown_at_its_field_and_the_input_is_kept(refusal, field, status):
    form = sent(name="李敏", number="7")
    assert form.is_valid()
    with form.refusals():
        raise refusal
    at = form.errors[field] if field else form.non_field_errors()
    assert at == [refusal.message]
    assert form.status == status
    assert 'value="李敏"' in render("{{ c.field(form.name) }}", form=form)


def test_a_late_request_gets_a_conflict():
    form = ConcurrentForm.of(RequestFactory().post("/"))
    form.refuse(Conflict("已有人先办了"))
    assert form.status == 409
    assert "没有保存" in render("{{ c.form_errors(form) }}", form=form)


@pytest.mark.parametrize("refusal", [NotAllowed("您没有这个岗位"), NotFound("没有")])
def test_a_missing_right_is_not_handled_by_the_form(refusal):
    form = sent(name="李敏")
    with pytest.raises(type(refusal)), form.refusals(NotFound):
        raise refusal
    assert form.status == 200


def test_other_errors_are_not_swallowed():
    with pytest.raises(ZeroDivisionError), sent(name="李敏").refusals():
        raise ZeroDivisionError


def test_two_forms_of_a_page_share_one_summary():
    first, second = sent(), sent(name="李敏")
    second.refuse(Conflict("已有人先办了"))
    text = render("{{ c.form_errors(first, second) }}", first=first, second=second)
    assert text.count('role="alert"') == 1
    assert "请填写姓名" in text
    assert "已有人先办了" in text


def test_of_several_forms_on_a_page_only_the_one_that_was_sent_is_bound():
    request = RequestFactory().post("/", {"name": "李敏"})
    assert Sample.of(request, when="name").is_valid()
    assert not Form.of(request, when="send").is_bound
    assert Form.of(RequestFactory().post("/", {"send": "1"}), when="send").is_valid()
    assert not Form.of(RequestFactory().get("/", {"send": "1"}), when="send").is_bound


class Words(Form):
    words = forms.CharField(widget=forms.Textarea, required=False)
    secret = forms.CharField(strip=False, required=False)


@pytest.mark.parametrize("text", ["，入职", "½ 杯", "①\n②", "한글 བོད་ 👩\u200d👧"])
def test_field_case_free_text_of_a_form_stays_as_it_was_typed(text):
    form = Words({"words": f" \u202e{text}\u200b ", "secret": f" \u200b{text}"})
    assert form.is_valid()
    assert form.cleaned_data == {"words": text, "secret": f" \u200b{text}"}
