"""Components: escaping, texts for screen readers, and the layout of the graph."""

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.ui.graph import COLUMN, LEFT, lay_out
from tongban.foundation.ui.samples import BIRTH
from tongban.foundation.ui.typed_fields import DayField


def render(source: str, **context) -> str:
    return engines["jinja2"].from_string('{% import "ui/components.html" as c %}' + source).render(context)


def test_an_error_is_linked_to_its_field():
    text = render('{{ c.text_field("name", "姓名", "<b>", hint="写汉字", error="请写汉字") }}')
    assert 'id="id_name"' in text
    assert 'aria-describedby="id_name-hint id_name-error"' in text
    assert 'aria-invalid="true"' in text
    assert "错误:" in text
    assert "&lt;b&gt;" in text


def test_the_error_summary_links_to_the_field():
    text = render('{{ c.error_summary([("请写姓名", "#id_name")]) }}')
    assert 'href="#id_name"' in text
    assert 'role="alert"' in text
    assert "有 1 处需要改一下" in text
    assert render("{{ c.error_summary([]) }}").strip() == ""


def test_text_from_people_is_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    text = render(
        "{{ c.tag(x) }}{{ c.card(x, '/') }}{{ c.notice(x) }}{{ c.timeline_row(x, x) }}{{ c.licence_card(x, '/', x) }}"
        "{{ c.summary_list([{'key': x, 'value': x}]) }}{{ c.data_table([x], [{'cells': [x]}], x) }}"
        "{{ c.facts_row(x, x) }}{{ c.graph([{'key': 'a', 'name': x, 'department': x}]) }}",
        x=evil,
    )
    assert "<script>" not in text


@pytest.mark.parametrize("state", ["green", "yellow", "red", "none"])
def test_a_light_has_a_shape_and_a_word(state):
    text = render("{{ c.light(state, '剩 3 天') }}", state=state)
    assert "<svg" in text
    assert "剩 3 天" in text


def test_a_rating_has_no_default():
    text = render("{{ c.rating_faces() }}")
    assert text.count('type="radio"') == 5
    assert "checked" not in text


def test_a_django_form_is_rendered_by_widget():
    class Sample(forms.Form):
        name = forms.CharField(label="姓名")
        kind = forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
        words = forms.CharField(label="说明", widget=forms.Textarea, required=False)
        password = forms.CharField(label="密码", widget=forms.PasswordInput)

    form = Sample({"kind": "b", "words": "好"})
    text = render("{{ c.form_fields(form) }}", form=form)
    assert 'href="#id_name"' in text
    assert 'type="password"' in text
    assert "说明（选填）" in text
    assert "govuk-radios__input" in text
    assert "checked" in text


def test_a_grouped_choice_keeps_its_groups_and_its_error():
    class Sample(forms.Form):
        post = forms.ChoiceField(label="岗位", choices=[("", "请选择"), ("医保局", [("1", "经办岗"), ("2", "窗口")])])

    text = render("{{ c.field(form.post) }}", form=Sample({"post": "2"}))
    assert '<optgroup label="医保局">' in text
    assert '<option value="2" selected>窗口</option>' in text
    wrong = render("{{ c.field(form.post) }}", form=Sample({"post": ""}))
    assert 'aria-describedby="id_post-error"' in wrong
    assert 'id="id_post-error"' in wrong


def test_the_pager_shows_the_position_and_the_total():
    paginator = SimpleNamespace(count=26, num_pages=4)
    page = SimpleNamespace(
        paginator=paginator,
        number=2,
        start_index=lambda: 9,
        end_index=lambda: 16,
        has_previous=lambda: True,
        has_next=lambda: True,
        previous_page_number=lambda: 1,
        next_page_number=lambda: 3,
    )
    text = render("{{ c.pager(page, 'state=late&') }}", page=page)
    assert "第 9–16 件，共 26 件" in text
    assert "state=late&amp;page=3" in text


@pytest.mark.req("A4")
def test_the_graph_places_a_step_after_its_predecessors():
    layout = lay_out(BIRTH)
    by_name = {n.name: n for n in layout.nodes}
    assert by_name["出生医学证明"].x < by_name["出生登记（落户）"].x < by_name["居民医保参保"].x
    assert by_name["出生登记（落户）"].waits_for == (1,)
    assert len(layout.lanes) == 7


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 11), max_size=3)), min_size=1, max_size=12))
def test_nodes_of_the_graph_never_overlap_or_precede_their_predecessors(plan):
    steps = [
        {"key": str(i), "name": str(i), "department": f"d{lane}", "after": [str(a) for a in after if a < i]}
        for i, (lane, after) in enumerate(plan)
    ]
    layout = lay_out(steps)
    places = {(n.x, n.y) for n in layout.nodes}
    assert len(places) == len(steps)
    assert all(n.x < layout.width and n.y < layout.height for n in layout.nodes)
    x = {n.number: n.x for n in layout.nodes}
    for n in layout.nodes:
        assert n.x == max((x[number] + COLUMN for number in n.waits_for), default=LEFT)


@pytest.mark.parametrize(
    ("value", "type", "shown"),
    [
        ("", "date", ""),
        ("2026-03-05", "date", "2026-03-05"),
        ("2026年3月5日", "date", "2026-03-05"),
        ("2026年2月30日", "text", "2026年2月30日"),  # the picker would drop it
        ("昨天", "text", "昨天"),
    ],
)
def test_field_case_a_date_has_a_picker_and_nothing_typed_is_lost(value, type, shown):
    text = render('{{ c.text_field("day", "日期", value, type="date") }}', value=value)
    assert f'type="{type}"' in text
    assert f'value="{shown}"' in text or (not shown and "value=" not in text)
    assert ("max=" in text) == (type == "date")


def test_a_month_has_a_picker():
    assert 'type="month"' in render('{{ c.text_field("m", "月份", "2026年3月", type="month") }}')
    assert 'value="2026-03"' in render('{{ c.text_field("m", "月份", "2026年3月", type="month") }}')
    assert 'type="text"' in render('{{ c.text_field("m", "月份", "去年", type="month") }}')


class DayForm(forms.Form):
    day = DayField(label="哪天", error_messages={"invalid": "请写真实的日期"})


@pytest.mark.parametrize("typed", ["2026-03-05", "2026/3/5", "2026年3月5日", "20260305", "２０２６-０３-０５"])
def test_field_case_a_date_is_taken_in_any_usual_spelling(typed):
    form = DayForm({"day": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2026, 3, 5)
    assert 'type="date"' in render("{{ c.field(form.day) }}", form=form)


@pytest.mark.parametrize("typed", ["2026-02-30", "2026-W10-4", "03/05/2026", "0026-03-05"])
def test_a_wrong_date_is_shown_again_as_it_was_typed(typed):
    form = DayForm({"day": typed})
    assert not form.is_valid()
    assert f'type="text" value="{typed}"' in " ".join(render("{{ c.field(form.day) }}", form=form).split())
