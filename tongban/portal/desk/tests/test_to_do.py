"""The to-do list: its rows, their order, and the number of queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identity
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.portal.desk.tests.conftest import HEALTH, INSURANCE, POLICE


def text(client, query=""):
    return client.get(f"/desk/{query}").content.decode()


def many_rows(office, count, *, mark="X"):
    """Add reimbursement cases with an open step each, by copying rows; due from ten days ago to thirty days ahead."""
    model = office.case("maternity")
    names = "application_id item_code item_version name department_id division_code state promised_days legal_days"
    same = {name: getattr(model, name) for name in names.split()}
    today, now = clock.legal_day(clock.now()), clock.now()
    cases = Case.objects.bulk_create(
        Case(**same, number=f"{mark}{i:021d}", step_key=f"{mark}-{i}", position=10) for i in range(count)
    )
    Step.objects.bulk_create(
        Step(case=case, key="accept", name="收件受理", kind="accept", department_id=model.department_id, post="window",
             state="open", opened_at=now, due_on=today + timedelta(days=i % 40 - 10))
        for i, case in enumerate(cases)
    )  # fmt: skip


@pytest.mark.req("C1")
def test_each_post_sees_its_own_steps(office):
    assert "生育医疗费" in text(office.officer(INSURANCE, "window"))
    empty = text(office.officer(INSURANCE, "head"))
    assert "待办都办完了" in empty
    assert "filter-item" not in empty, "nothing to filter stands before what is said about the list"
    assert "育儿补贴申领" in text(office.officer(HEALTH, "window"))
    assert "生育医疗费" not in text(office.officer(HEALTH, "window"))
    assert "待办都办完了" in text(office.officer(POLICE, "window"))


def test_a_case_is_found_however_its_number_or_name_is_typed(office):
    """Field case: numbers pasted from messages have full-width digits, or something invisible in between."""
    number, client = office.case("maternity").number, office.officer(INSURANCE, "window")
    wide = number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    for typed in (
        number,
        wide,
        f"{number[:4]}\u200b{number[4:]}",
        f" {number[:4]} {number[4:8]}-{number[8:]}",
        wide[:9],
    ):
        assert number in rows_of(client, typed).replace(" ", ""), typed
    applied = office.case("maternity").application.number
    assert number in rows_of(client, applied).replace(" ", ""), "the number that the applicant was told"
    for typed in ("生育 医疗", "生育\u200b医疗", "　生育医疗　"):
        assert "生育医疗费" in rows_of(client, typed), typed
    assert "生育医疗费" not in rows_of(client, "落户")
    assert "生育医疗费" in rows_of(client, "\u200b"), "nothing visible was typed"
    Case.objects.filter(number=number).update(name="出生医学证明（首次签发）")
    for typed in ("出生医学证明（首次签发）", "证明（ 首次\u200b签发", "（"):
        assert number in rows_of(client, typed).replace(" ", ""), typed


def rows_of(client, typed):
    page = client.get("/desk/", {"q": typed}).content.decode()
    return page.partition("<tbody")[2].partition("</tbody>")[0]


@pytest.mark.req("D6")
def test_names_are_masked_and_numbers_grouped(office):
    page = text(office.officer(INSURANCE, "window"))
    assert "李文敏" not in page
    assert "李*敏" in page


@pytest.mark.req("C6")
def test_the_most_urgent_deadline_comes_first_with_a_shape_and_a_word(office):
    many_rows(office, 30)
    first = text(office.officer(INSURANCE, "window")).split("<tbody")[1].split("</tr>")[0]
    assert "tb-light--red" in first
    today = clock.legal_day(clock.now())
    late = workdays.calendar().workdays_between(today - timedelta(days=10), today)
    assert f"已超期 {late} 个工作日" in first


def test_counts_filter_the_list_and_add_up(office):
    many_rows(office, 40)
    client = office.officer(INSURANCE, "window")
    lists = {light: text(client, f"?light={light}").split("<tbody") for light in ("red", "yellow", "green")}
    shown = re.findall(r"<b>(\d+)</b>", text(client).split("</nav>")[1])
    assert [int(re.search(r"共 (\d+) 件", page[1])[1]) for page in lists.values()] == [int(n) for n in shown[1:4]]
    assert sum(int(n) for n in shown[1:4]) == int(shown[0]) == 41
    for light, page in lists.items():
        assert set(re.findall(r"tb-light--(\w+)", page[1])) == {light}


def test_the_list_can_be_searched_by_number_or_item(office):
    client, number = office.officer(INSURANCE, "window"), office.case("maternity").number
    assert number in text(client, f"?q={number[:12]}")
    assert number in text(client, f"?q={number[:6]}%20{number[6:12]}")
    assert number in text(client, "?q=生育")
    assert number in text(client, "?item=YB-11&kind=accept")
    assert number not in text(client, "?kind=decide")
    nothing = text(client, "?q=不存在的事项")
    assert "没有符合条件的待办" in nothing
    assert "filter-item" in nothing, "the conditions can be changed"


@pytest.mark.parametrize(
    "query",
    ["?page=999", "?page=x", "?light=purple", "?kind=%27--", "?item=" + "x" * 500],
)
def test_invalid_parameters_still_give_a_list(office, query):
    assert office.officer(INSURANCE, "window").get(f"/desk/{query}").status_code == 200


@pytest.mark.parametrize("number", ["1", "x" * 300, "261124990102005000001%27"])
def test_an_invalid_number_is_not_found(office, number):
    assert office.officer(INSURANCE, "window").get(f"/desk/cases/{number}/").status_code == 404


def test_the_list_needs_the_same_number_of_queries_for_ten_and_a_thousand_rows(office):
    client = office.officer(INSURANCE, "window")
    workdays.calendar()
    client.get("/desk/")
    costs = []
    for mark, more in (("X", 10), ("Y", 990)):
        many_rows(office, more, mark=mark)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/desk/").status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 10


def test_the_case_page_needs_the_same_number_of_queries_for_any_history(office):
    client, number = office.officer(INSURANCE, "window"), office.case("maternity").number
    client.get(f"/desk/cases/{number}/")
    with CaptureQueriesContext(connection) as before:
        client.get(f"/desk/cases/{number}/")
    services.accept(office.step("maternity", "accept").id, actor=office.city.officer(INSURANCE, "window"))
    many_rows(office, 200)
    with CaptureQueriesContext(connection) as after:
        client.get(f"/desk/cases/{number}/")
    assert len(after) <= len(before) + 1 <= 25


def test_completed_steps_are_in_the_officers_history(office):
    client = office.officer(INSURANCE, "window")
    assert "您还没有办过件" in client.get("/desk/done/").content.decode()
    services.accept(office.step("maternity", "accept").id, actor=office.city.officer(INSURANCE, "window"))
    page = client.get("/desk/done/").content.decode()
    assert "生育医疗费" in page
    assert "受理" in page
    assert "审查中" in page
    assert "您还没有办过件" in office.officer(INSURANCE, "head").get("/desk/done/").content.decode()


def test_the_desk_shows_the_department(office):
    page = text(office.officer(INSURANCE, "window"))
    assert "医保局" in page
    assert 'aria-current="page"' in page


def test_an_officer_of_two_departments_sees_both(office):
    both = factories.make_officer(office.city, INSURANCE, "window")
    post = organisation.post_of(office.city.departments[HEALTH], "window")
    identity.appoint(both.subject_id, post_id=post.id, actor=factories.CITY)
    page = text(signed_in(both.subject_id))
    assert "包括医保局、卫健委" in page
    assert "育儿补贴申领" in page
    assert "生育医疗费" in page
