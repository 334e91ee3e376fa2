"""Administrators begin with what waits for them, not with a row of buttons."""

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tongban.foundation.ui.slots import Slot
from tongban.people.identity import ports
from tongban.people.identity.ports import Waiting
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import services as organisation
from tongban.people.sso.tests.conftest import BY, city, officer  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(monkeypatch):
    """A slot of our own, with one line of each state."""
    slot = Slot("test")
    found = [
        Waiting("工单", "没有", "green"),
        Waiting("密钥", "3 个要更换", "red", "/account/"),
        Waiting("证书", "快到期", "yellow"),
    ]
    slot.add("test", lambda request: found)
    monkeypatch.setattr("tongban.portal.desk.views.administration", slot)
    return found


def test_what_is_wrong_comes_first_and_leads_on(city, lines):  # noqa: F811
    page = signed_in(city.system_admin.subject_id).get("/desk/").content.decode()
    assert "有 2 项要看一看" in page
    assert page.index("3 个要更换") < page.index("快到期") < page.index("没有")
    assert 'href="/account/"' in page
    for word in ("要处理", "请留意", "正常"):
        assert word in page, "a light has its word beside it"


def test_an_officer_who_handles_cases_keeps_the_to_do_list(city, lines):  # noqa: F811
    page = signed_in(city.owner.subject_id).get("/desk/").content.decode()
    assert "我的待办" in page
    assert "3 个要更换" not in page


def waiting_for(actor):
    client = signed_in(actor.subject_id)
    request = client.get("/account/").wsgi_request
    return {line.title: line for line in ports.administration.fill(request)}


def test_the_data_bureau_sees_the_systems_that_wait_for_review(city):  # noqa: F811
    from tongban.people.sso import services

    assert waiting_for(city.system_admin)["接入系统"].state == "green"
    services.submit_system(city.draft().id, actor=city.owner)
    line = waiting_for(city.system_admin)["接入系统"]
    assert (line.words, line.state) == ("1 个系统等待审核", "yellow")
    assert "接入系统" not in waiting_for(city.owner)


def test_an_administrator_sees_sign_ins_elsewhere(city):  # noqa: F811
    assert waiting_for(city.security_admin)["我的登录"].state == "green"
    elsewhere = signed_in(city.security_admin.subject_id)
    UserSession.objects.create_from_request(elsewhere.get("/account/").wsgi_request)
    line = waiting_for(city.security_admin)["我的登录"]
    assert line.state == "yellow"
    assert "另有 1 处登录着" in line.words
    assert not waiting_for(city.owner)


def test_the_menu_is_not_repeated_as_buttons(city, lines):  # noqa: F811
    page = signed_in(city.system_admin.subject_id).get("/desk/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "tb-btn" not in main


def test_the_page_costs_the_same_for_many_rows(city):  # noqa: F811
    client = signed_in(city.system_admin.subject_id)
    client.get("/desk/")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/desk/").status_code == 200
        return len(seen)

    few = cost()
    for number in range(10):
        organisation.establish_post(city.other.id, kind="handler", name=f"岗{number}", actor=BY)
        city.draft(name=f"系统{number}")
    assert cost() == few


def test_no_line_asks_again_what_another_line_has_asked(city):  # noqa: F811
    """The checks of the calendar and the backups, which have lines of their own, ran twice."""
    client = signed_in(city.system_admin.subject_id)
    client.get("/desk/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/desk/")
    words = [query["sql"].strip() for query in seen.captured_queries]
    asked = [sql for sql in words if sql.startswith("SELECT") and "set_config" not in sql]
    assert len(asked) == len(set(asked))
    assert len(asked) <= 17, "and the time limit of each of three checks"


def test_nobody_who_is_signed_out_is_provided_with_anything():
    request = RequestFactory().get("/account/")
    request.session = {}
    assert ports.administration.fill(request) == []
