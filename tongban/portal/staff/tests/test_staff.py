"""Heads manage their own department, system administrators their region, and nobody their own posts."""

import pytest
from django.test import Client

from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services
from tongban.people.identity.actors import machine
from tongban.people.identity.models import Account, Appointment
from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.signin.testing import confirm, prove_again
from tongban.trust.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.req("B5")]
POLICE, INSURANCE = "市公安局", "市医疗保障局"
NUMBER = "990102199403121228"


@pytest.fixture
def city(db):
    return factories.make_city()


@pytest.fixture
def department(city):
    return organisation.department_named(POLICE)


def client(city, kind, department=POLICE):
    return prove_again(signed_in(city.officer(department, kind).subject_id))


@pytest.fixture
def system_admin(city, department):
    post = organisations.establish_post(department.id, kind="system-admin", name="系统管理员", actor=machine("test"))
    person = services.register_person(name="郑毅", division_code="990100", actor=machine("test"))
    services.appoint(person.id, post_id=post.id, actor=machine("test"))
    return prove_again(signed_in(person.id))


def address(department, rest=""):
    return f"/desk/staff/{department.id}/{rest}"


def post_of(department, kind):
    return organisation.post_of(department.id, kind)


def test_a_head_sees_their_own_department_only(city, department):
    head = client(city, "head")
    page = head.get("/desk/staff/").content.decode()
    assert POLICE in page
    assert INSURANCE not in page
    other = organisation.department_named(INSURANCE)
    assert head.get(address(department)).status_code == 200
    assert head.get(address(other)).status_code == 403


def test_a_system_administrator_sees_every_department_of_the_city(system_admin, department):
    page = system_admin.get("/desk/staff/?q=医疗").content.decode()
    assert INSURANCE in page
    assert POLICE not in page
    assert system_admin.get(address(organisation.department_named(INSURANCE))).status_code == 200


@pytest.mark.parametrize("kind", ["window", "handler"])
def test_other_officers_cannot_manage_staff(city, department, kind):
    officer = client(city, kind)
    post = post_of(department, "window")
    for path in ("/desk/staff/", address(department), address(department, f"posts/{post.id}/holders/")):
        assert officer.get(path).status_code == 403
    assert officer.post(address(department, "posts/"), {"kind": "window", "name": "三号窗口"}).status_code == 403


def test_a_stranger_is_asked_to_sign_in(department):
    assert Client().get(address(department)).status_code == 302


def test_a_post_can_be_established_once(city, department):
    head = client(city, "head")
    form = {"kind": "window", "name": "三号窗口"}
    assert head.post(address(department, "posts/"), form).status_code == 302
    again = head.post(address(department, "posts/"), form)
    assert again.status_code == 422
    assert "已有同名岗位" in again.content.decode()


def test_acts_on_staff_ask_for_a_proof_first_and_keep_the_input(city, department):
    head = with_phone(city.officer(POLICE, "head").subject_id)
    leaver = city.officer(POLICE, "window").subject_id
    leaving = address(department, f"people/{leaver}/leaving/")
    assert head.post(leaving, {"reason": ""}).status_code == 422, "errors in the form are shown first"
    assert head.post(leaving, {"reason": "调动"})["Location"].startswith("/confirm/")
    typed = {"name": "李文敏", "number": NUMBER, "login_name": "liwenmin", "password": "a long one 1"}
    holders = address(department, f"posts/{post_of(department, 'window').id}/holders/")
    assert head.post(holders, typed)["Location"].startswith("/confirm/")
    assert identity.subject_by_number(NUMBER) is None, "nothing half-written"
    asked = head.post(address(department, "posts/"), {"kind": "window", "name": "三号窗口"})
    assert not Entry.objects.filter(type="identity.AuthorisationRefused").exists()
    assert confirm(head, asked)["Location"] == address(department)
    assert organisation.posts(department.id).filter(name="三号窗口").exists()
    own_page = address(department, f"people/{city.officer(POLICE, 'head').subject_id}/leaving/")
    stale = signed_in(city.officer(POLICE, "head").subject_id)
    assert stale.post(own_page, {"reason": "退休"}).status_code == 403, "no question for those who may not do it"


def test_a_head_cannot_appoint_administrators(city, department, system_admin):
    post = organisation.posts(department.id).get(kind="system-admin")
    head = client(city, "head")
    typed = {"name": "李文敏", "number": NUMBER, "login_name": "liwenmin", "password": "a long one 1"}
    assert head.post(address(department, f"posts/{post.id}/holders/"), typed).status_code == 403
    assert Entry.objects.filter(type="identity.AuthorisationRefused").exists()
    assert not Account.objects.filter(login_name="liwenmin").exists()


def test_a_new_person_is_appointed_with_an_account(city, department):
    post = post_of(department, "window")
    path = address(department, f"posts/{post.id}/holders/")
    head = client(city, "head")
    without = head.post(path, {"name": "李文敏", "number": NUMBER})
    assert without.status_code == 422
    assert "起一个账号名" in without.content.decode()
    assert identity.subject_by_number(NUMBER) is None, "nothing half-written"
    typed = {"name": "李文敏", "number": NUMBER, "login_name": "liwenmin"}
    assert "初始密码" in head.post(path, typed).content.decode()
    person = identity.subject_by_number(NUMBER)
    assert identity.actor_of_subject(person.id).holds(department.id, "window")
    again = head.post(path, typed)
    assert again.status_code == 422
    assert "不用再任命" in again.content.decode()


def test_a_wrong_name_for_a_number_is_refused_without_revealing_the_right_one(city, department):
    services.register_person(name="李文敏", number=NUMBER, division_code="990102", actor=machine("test"))
    path = address(department, f"posts/{post_of(department, 'window').id}/holders/")
    answer = client(city, "head").post(path, {"name": "王小明", "number": NUMBER})
    assert answer.status_code == 422
    assert "李文敏" not in answer.content.decode()


def test_leaving_ends_all_posts_at_once_and_gives_them_to_a_successor(city, department):
    head = client(city, "head")
    leaver, follower = city.officer(POLICE, "window").subject_id, city.officer(POLICE, "handler").subject_id
    second = organisations.establish_post(department.id, kind="supervisor", name="效能监督岗", actor=machine("test"))
    services.appoint(leaver, post_id=second.id, actor=machine("test"))
    path = address(department, f"people/{leaver}/leaving/")
    assert "将结束的任职" in head.get(path).content.decode()
    assert head.post(path, {"reason": ""}).status_code == 422
    assert head.post(path, {"reason": "调动", "successor": str(follower)}).status_code == 302
    assert not Appointment.objects.filter(subject_id=leaver, until__isnull=True).exists()
    assert identity.actor_of_subject(follower).holds(department.id, "window")
    assert identity.actor_of_subject(follower).holds(department.id, "supervisor")
    ended = Entry.objects.filter(type="identity.AppointmentEnded", payload__holder=str(leaver))
    assert [entry.reason for entry in ended] == ["调动", "调动"]


def test_nobody_can_end_their_own_post(city, department):
    own_id = city.officer(POLICE, "head").subject_id
    answer = client(city, "head").post(address(department, f"people/{own_id}/leaving/"), {"reason": "退休"})
    assert answer.status_code == 403
    assert Appointment.objects.filter(subject_id=own_id, until__isnull=True).exists()


def test_a_made_up_department_or_person_is_not_found(city, department):
    head = client(city, "head")
    nobody = "0197a000-0000-7000-8000-000000000000"
    assert head.get(f"/desk/staff/{nobody}/").status_code == 404
    assert head.get(address(department, f"people/{nobody}/leaving/")).status_code == 404
    other = post_of(organisation.department_named(INSURANCE), "window")
    assert head.get(address(department, f"posts/{other.id}/holders/")).status_code == 404


def test_the_pages_need_the_same_number_of_queries_for_many_posts(city, department, django_assert_max_num_queries):
    head = client(city, "head")
    for place in range(30):
        organisations.establish_post(department.id, kind="window", name=f"{place} 号", actor=machine("test"))
    with django_assert_max_num_queries(11):
        head.get(address(department))
    with django_assert_max_num_queries(8):
        head.get("/desk/staff/")


def test_an_administrator_can_read_why_access_is_allowed_or_refused(city, system_admin):
    case = factories.case_of(factories.submitted_newborn(factories.make_parents(city).mother), "maternity")
    officer = city.officer(POLICE, "window")
    signed_in(officer.subject_id)
    login = Account.objects.get(subject_id=officer.subject_id).login_name
    page = system_admin.get("/desk/policies/", {"login": login, "number": case.number}).content.decode()
    assert "查看办件" in page
    assert "查看完整信息" in page
    assert "在有关部门任职（窗口、经办、负责人、监督）" in page
    assert "5 分钟内做过二次验证（不在网页上操作的，不问）" in page
    assert "先做二次验证" in page
    assert f"写明使用目的：办理核对，办件 {case.number}" in page
    assert "操作时提供" in page
    assert "不允许" in page
    assert "不满足" in page
    assert system_admin.get("/desk/policies/", {"login": login}).status_code == 422
    assert client(city, "head").get("/desk/policies/").status_code == 403


def test_a_department_gets_its_new_name_and_keeps_its_former_one(city, department, system_admin):
    assert client(city, "head").get(address(department, "name/")).status_code == 403
    assert "更改名称" in system_admin.get(address(department)).content.decode()
    typed = {"name": "市公安和移民管理局", "short_name": "公安移民局", "reason": "云编〔2026〕7号"}
    refused = system_admin.post(address(department, "name/"), typed | {"reason": ""})
    assert refused.status_code == 422
    assert "市公安和移民管理局" in refused.content.decode(), "what was typed is kept"
    taken = system_admin.post(address(department, "name/"), typed | {"name": INSURANCE})
    assert "别的部门已经用了这个名称" in taken.content.decode()
    page = system_admin.post(address(department, "name/"), typed, follow=True).content.decode()
    assert "<h1>市公安和移民管理局</h1>" in page
    assert "曾用名：市公安局" in page
