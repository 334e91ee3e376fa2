"""An overdue case on the progress page: counted once, with what the law says of it and where to complain."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tongban.foundation import clock
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.portal.my import overdue, words


def case(light="green", group="open"):
    return SimpleNamespace(light=light, group=group)


@pytest.mark.parametrize(
    ("cases", "sentence"),
    [
        ([case()], "一项正在办理"),
        ([case("red")], "一项超期"),
        ([case("yellow", "correction")], "一项等您"),
        ([case(), case("red")], "二项正在办理，其中一项超期"),
        ([case(), case("red"), case("yellow", "correction")], "三项正在办理，其中一项等您，一项超期"),
        ([case("green", "granted"), case("red")], "二项办好了一项，一项超期"),
    ],
)
def test_field_case_one_overdue_case_is_not_counted_twice(cases, sentence):
    """Field case: the headline said 一项正在办理，一项超期 of a single case."""
    progress = SimpleNamespace(
        cases=cases,
        done=sum(one.group == "granted" for one in cases),
        yours=[one for one in cases if one.group == "correction"],
        application=SimpleNamespace(state="submitted"),
    )
    assert words.headline(progress) == sentence


@pytest.mark.django_db
def test_the_progress_page_says_what_an_unanswered_day_means_and_where_to_complain(city, parents):
    application = factories.handled_newborn(parents.mother)
    browser = signed_in(parents.mother.subject_id)
    address = f"/applications/{application.number}/"
    assert "有办件超期了" not in browser.get(address).content.decode()
    with clock.at_moment(clock.now() + timedelta(days=60)):
        browser = signed_in(parents.mother.subject_id)
        page, listed = browser.get(address).content.decode(), browser.get("/my/").content.decode()
    assert "有办件超期了" in page
    assert "超期" in listed
    assert "部门还没有在期限内答复是否受理" in page
    assert "行政许可法" not in page, "the reimbursement is no licence"


@pytest.mark.django_db
@pytest.mark.parametrize(("task_type", "said"), [("01", True), ("05", False)])
def test_only_a_licence_is_accepted_by_law(monkeypatch, task_type, said):
    monkeypatch.setattr(overdue.catalog, "newest_items", lambda codes: {"A": SimpleNamespace(task_type=task_type)})
    rows = [SimpleNamespace(light="red", unanswered=True, item_code="A", name="甲")]
    assert ("自收到申请材料之日起即为受理" in overdue.notes(rows)[0]) is said


def test_an_accepted_case_is_not_said_to_be_unanswered():
    rows = [SimpleNamespace(light="red", unanswered=False, item_code="A", name="甲")]
    assert overdue.notes(rows) == ["“甲”：承诺的日子已经过了，还没有办好。"]
