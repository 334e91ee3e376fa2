"""What the system administrator is told about posts: those at which cases stop come first."""

from datetime import timedelta

import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.handling.cases.models import Step
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.identity.models import Appointment, Offer
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries
from tongban.people.organisation import services as organisation
from tongban.portal.staff.waiting import waiting

pytestmark = pytest.mark.django_db
BY, INSURANCE, POLICE = machine("test"), "市医疗保障局", "市公安局"
DISTRICT = "990102"


@pytest.fixture
def city():
    """A city with a newborn's application that waits for officers."""
    city = factories.make_city()
    factories.handled_newborn(factories.make_parents(city).mother)
    return city


def administrator(department_id, *, kind="system-admin") -> Client:
    post = organisation.establish_post(department_id, kind=kind, name="管理员", actor=BY)
    person = identity.register_person(name="郑毅", division_code="990100", actor=BY)
    identity.appoint(person.id, post_id=post.id, actor=BY)
    return signed_in(person.id)


def district_department():
    body = f"11{DISTRICT}MB7700001"
    return organisation.establish_department(
        "东城区行政审批局", short_name="区审批局", short_code="771", uscc=body + credit_code_check(body),
        division_code=DISTRICT, actor=BY,
    ).id  # fmt: skip


def lines_of(client: Client):
    return list(waiting(client.get("/account/").wsgi_request))


def leave(department_id, kind):
    Appointment.objects.filter(post__department_id=department_id, post__kind=kind).delete()


def test_field_case_posts_at_which_cases_stop_are_named_and_the_others_only_counted(city):
    """Field case: 47 empty posts of which three mattered were one line."""
    department = city.departments[INSURANCE]
    client = administrator(city.departments[POLICE])
    assert [line.state for line in lines_of(client)] == ["green", "green"]
    leave(department, "window")
    first, *_, last, offers = lines_of(client)
    assert f"{INSURANCE}的窗口没有人，" in first.words
    assert "停在这里" in first.words
    assert (first.state, first.href) == ("red", f"/desk/staff/{department}/")
    assert (last.title, last.state) == ("空缺岗位", "green")
    assert offers.title == "任职邀请"
    leave(department, "handler")
    assert [line.state for line in lines_of(client)] == ["red", "green", "green"], "no case waits for it"


def test_field_case_the_administrator_of_a_district_is_told_of_its_departments_only(city):
    """Field case: a district's administrator was told to fill posts of the city, on pages that refused them."""
    of_city, own = city.departments[INSURANCE], district_department()
    client = administrator(own)
    leave(of_city, "window")
    vacant, offers = lines_of(client)
    assert (vacant.words, offers.words) == ("每个岗位都有人", "没有等待答复的任职邀请")
    post = organisation.establish_post(own, kind="window", name="一号窗口", actor=BY)
    Step.objects.filter(department_id=of_city, post="window", state="open").update(department_id=own)
    stopped, vacant, _ = lines_of(client)
    assert stopped.words.startswith("东城区行政审批局的窗口没有人，")
    assert client.get(stopped.href).status_code == 200
    assert vacant.words.startswith("1 个岗位没有人")
    officer = city.officer(POLICE, "window").subject_id
    now = clock.now()
    for post_id in (post.id, queries.post_of(of_city, "window").id):
        Offer.objects.create(
            subject_id=officer,
            post_id=post_id,
            offered_by_id=officer,
            offered_at=now,
            expires_at=now + timedelta(days=14),
        )
    assert lines_of(client)[-1].words == "1 份任职邀请等待本人答复"


@pytest.mark.parametrize("kind", ["security-admin", "window"])
def test_nobody_else_is_told(city, kind):
    assert lines_of(administrator(city.departments[POLICE], kind=kind)) == []
