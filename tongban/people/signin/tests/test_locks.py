"""Failures of strangers lock out strangers, but not the people whose names they know."""

import pytest
from django.test import Client

from tongban.foundation.networks import networks_of
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import known_browsers, rules, services
from tongban.people.signin.models import Message
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import NUMBER, PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("H5")]
HALL = {"REMOTE_ADDR": "198.51.100.7"}
LOCKED = "失败次数太多"


def enter(client, name="liwenmin", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login_name": name, "password": password}, **(HALL | more))


def by_sms(client, phone=PHONE):
    assert client.post("/sign-in/code/", {"phone": phone}, **HALL).status_code == 302
    return client.post("/sign-in/code/check/", {"code": code_sent_to(phone)}, **HALL)


@pytest.fixture
def device(account):
    """A browser from which its owner has signed in before."""
    client = Client()
    enter(client, REMOTE_ADDR="203.0.113.9")
    client.post("/sign-out/")
    return client


@pytest.fixture
def stranger_at_the_hall():
    """Fail at one name as often as possible, and at many names."""

    def attack(name="liwenmin"):
        for _ in range(10):
            enter(Client(), name, "wrong")
        for number in range(rules.FAILURES_OF_ADDRESS):
            enter(Client(), f"somebody{number}", "wrong")

    return attack


def test_a_strangers_failures_do_not_lock_a_known_browser(device, stranger_at_the_hall):
    stranger_at_the_hall()
    assert LOCKED in enter(Client()).content.decode(), "the attack locked nothing"
    assert enter(device).status_code == 302


def test_a_strangers_failures_leave_sign_in_by_sms_open_and_it_makes_the_browser_known(account, stranger_at_the_hall):
    stranger_at_the_hall()
    visitor = Client()
    refused = enter(visitor).content.decode()
    assert LOCKED in refused
    assert "短信验证码" in refused
    assert by_sms(visitor)["Location"] == "/sign-in/device/"
    assert visitor.post("/sign-in/device/", {"password": PASSWORD}, **HALL)["Location"] == "/"
    visitor.post("/sign-out/")
    assert enter(visitor).status_code == 302


def test_five_failures_of_a_stranger_lock_nobody_else_in_the_hall(account, register):
    other = register(name="张磊", number="990102199208050014", phone="13900002222")
    identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    for _ in range(5):
        enter(Client(), "zhanglei", "wrong")
    assert enter(Client()).status_code == 302


def test_a_registered_hall_is_allowed_more_failures_from_unknown_browsers(account, settings):
    settings.HALL_NETWORKS = networks_of("198.51.100.0/24")
    for number in range(rules.FAILURES_OF_ADDRESS + 5):
        enter(Client(), f"somebody{number}", "wrong")
    assert enter(Client()).status_code == 302


def test_a_strangers_failures_do_not_prevent_registration_or_a_new_password(account, stranger_at_the_hall):
    stranger_at_the_hall()
    typed = {
        "name": "张磊", "number": "990102199208050014", "phone": "13900001111", "password": "Sunny-day-7",
        "again": "Sunny-day-7",
    }  # fmt: skip
    assert Client().post("/register/", typed, **HALL).status_code == 302
    visitor = Client()
    assert visitor.post("/forgotten/", {"phone": PHONE, "number": NUMBER}, **HALL).status_code == 302
    new = {"code": code_sent_to(PHONE), "password": "Sunny-day-8", "again": "Sunny-day-8"}
    assert visitor.post("/forgotten/check/", new, **HALL)["Location"] == "/sign-in/"


def test_a_strangers_failures_do_not_prevent_proving_name_and_number(account, stranger_at_the_hall):
    visitor = Client()
    enter(visitor)
    stranger_at_the_hall("nobody")
    assert LOCKED in enter(Client()).content.decode()
    typed = {"name": "张三", "number": NUMBER}
    refused = visitor.post("/account/level/", typed, **HALL).content.decode()
    assert "没有核对上" in refused
    assert LOCKED not in refused


def test_a_known_browser_has_five_tries_of_its_own(device):
    for _ in range(5):
        assert LOCKED not in enter(device, password="wrong").content.decode()
    assert LOCKED in enter(device).content.decode()
    assert enter(Client()).status_code == 302, "its failures are not those of the others"


def test_the_number_of_guesses_at_an_account_in_a_day_is_limited(device, later):
    """At most 100 in a day by all unknown browsers and 100 by all known ones. A success does not reset the count."""
    for client in (device, None):
        looked_at = 0
        for _ in range(24):
            for _ in range(5):
                answer = enter(client or Client(), password="wrong")
                looked_at += LOCKED not in answer.content.decode()
            later(minutes=31)
        assert looked_at == rules.FAILURES_IN_A_DAY
    later(days=1)
    assert enter(Client()).status_code == 302


def test_signing_in_between_guesses_does_not_reset_the_limit(account, later):
    looked_at = 0
    for _ in range(30):
        for _ in range(4):
            looked_at += LOCKED not in enter(Client(), password="wrong").content.decode()
        enter(Client())
        later(minutes=31)
    assert looked_at == rules.FAILURES_IN_A_DAY


def test_a_foreign_or_made_up_cookie_does_not_make_a_browser_known(device, account, register):
    other = register(name="张磊", number="990102199208050014", phone="13900002222")
    another = identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    request = device.get("/sign-in/").wsgi_request
    assert known_browsers.device_of(request, account)
    assert known_browsers.device_of(request, another) == ""
    for value in ("", "made-up", device.cookies[known_browsers.COOKIE].value[:-1] + "x"):
        device.cookies[known_browsers.COOKIE] = value
        assert known_browsers.device_of(device.get("/sign-in/").wsgi_request, account) == ""


def test_the_cookie_signs_nobody_in_and_reveals_nothing(device, account):
    cookie = device.cookies[known_browsers.COOKIE]
    assert device.get("/account/").status_code == 302
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert str(account.id) not in cookie.value


def test_a_new_password_makes_earlier_browsers_unknown(device, account):
    services.change_password(account, "Another-1234")
    account.refresh_from_db()
    assert known_browsers.device_of(device.get("/sign-in/").wsgi_request, account) == ""


def test_a_browser_shared_by_two_people_is_known_to_both_accounts(device, account, register):
    other = register(name="张磊", number="990102199208050014", phone="13900002222")
    another = identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    enter(device, "zhanglei")
    request = device.get("/sign-in/").wsgi_request
    assert known_browsers.device_of(request, account) != known_browsers.device_of(request, another) != ""


def test_codes_requested_by_strangers_do_not_use_up_those_of_a_known_browser(device, later):
    for _ in range(rules.CODES_OF_PHONE):
        assert Client().post("/sign-in/code/", {"phone": PHONE}, **HALL).status_code == 302
        later(seconds=61)
    assert Client().post("/sign-in/code/", {"phone": PHONE}, **HALL).status_code == 422
    assert by_sms(device).status_code == 302
    assert Client().post("/sign-in/code/", {"phone": PHONE}, REMOTE_ADDR="203.0.113.77").status_code == 302


def test_all_addresses_together_get_at_most_sixty_codes_for_a_phone(account, later):
    for number in range(70):
        Client().post("/sign-in/code/", {"phone": PHONE}, REMOTE_ADDR=f"203.0.113.{number}")
        later(seconds=11)
    assert Message.objects.count() == rules.CODES_OF_PHONE_AT_MOST
