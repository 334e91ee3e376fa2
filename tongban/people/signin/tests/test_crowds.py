"""Many people share an address: a service hall, a carrier's network. None of them stands behind the others."""

from functools import partial

import pytest
from django.conf import settings as configured
from django.test import Client

from tongban.foundation.networks import networks_of
from tongban.foundation.testing import together
from tongban.people.signin import rules, services
from tongban.people.signin.models import Code, Message
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import TooManyCodes, send_code
from tongban.people.signin.sessions import browser_of
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
HALL = "198.51.100.7"
COOKIE = configured.SESSION_COOKIE_NAME


def crowd(count, *, address=HALL, browser=""):
    for number in range(count):
        send_code(f"1380000{number:04d}", purpose=CodeUse.SIGN_IN, address=address, browser=browser)


def confirm_often(account, times, later):
    for _ in range(times):
        services.send_confirmation(account, address=HALL)
        later(minutes=2)


def test_field_case_sixty_codes_a_day_cut_off_no_service_hall(account):
    crowd(61)
    visitor = Client(REMOTE_ADDR=HALL)
    assert visitor.post("/sign-in/code/", {"phone": PHONE}).status_code == 302
    assert code_sent_to(PHONE)


def test_field_case_an_officers_own_confirmation_never_stands_behind_the_crowd(account, settings, later):
    settings.CODES_OF_ADDRESS = 5
    crowd(5)
    with pytest.raises(TooManyCodes):
        crowd(1)
    for number in range(3):  # somebody asks for codes to the officer's phone from elsewhere
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=f"203.0.113.{number}")
        later(seconds=11)
    services.send_confirmation(account, address=HALL)
    first = Message.objects.order_by("-queued_at").first()
    assert first is not None
    assert first.phone == PHONE


def test_a_confirmation_goes_before_the_messages_that_wait(account):
    from procrastinate.contrib.django.models import ProcrastinateJob

    crowd(3)
    services.send_confirmation(account, address=HALL)
    jobs = ProcrastinateJob.objects.filter(task_name="signin.deliver_message").order_by("id")
    assert [job.priority for job in jobs] == [0, 0, 0, 10]


def test_an_officer_confirms_more_often_than_somebody_signs_in(account, later):
    confirm_often(account, rules.CODES_OF_PHONE + 2, later)
    with pytest.raises(TooManyCodes, match="动态口令"):
        confirm_often(account, rules.CODES_OF_PHONE_IN_ALL, later)


def test_one_browser_asks_for_twenty_codes_a_day_and_no_other_is_concerned(account):
    crowd(rules.CODES_OF_BROWSER, browser="one")
    with pytest.raises(TooManyCodes, match="这台设备"):
        send_code("13900000099", purpose=CodeUse.SIGN_IN, address=HALL, browser="one")
    send_code("13900000099", purpose=CodeUse.SIGN_IN, address=HALL, browser="another")


def test_a_page_names_the_browser_that_asks(account):
    visitor = Client()
    visitor.get("/sign-in/code/")
    visitor.post("/sign-in/code/", {"phone": "13900000098"})
    visitor.post("/sign-in/code/", {"phone": "13900000097"})
    indexes = {code.browser_index for code in Code.objects.all()}
    assert len(indexes) == 1
    assert "" not in indexes


def test_field_case_the_computer_of_a_registered_hall_has_only_the_halls_limit(account, settings):
    settings.HALL_NETWORKS = networks_of("198.51.100.0/24")
    settings.CODES_OF_HALL = rules.CODES_OF_BROWSER + 1
    crowd(rules.CODES_OF_BROWSER + 1, browser="one")
    with pytest.raises(TooManyCodes, match="您所在的网络"):
        send_code("13900000099", purpose=CodeUse.SIGN_IN, address=HALL, browser="one")


def test_a_phone_keeps_its_own_limit_whatever_the_address_may(account, later):
    for _ in range(rules.CODES_OF_PHONE):
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=HALL)
        later(minutes=2)
    with pytest.raises(TooManyCodes, match="这个手机号"):
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=HALL)


@pytest.mark.parametrize("page", ["/sign-in/code/", "/register/", "/forgotten/"])
def test_an_ordinary_browser_brings_a_session_with_its_first_form(page):
    visitor = Client()
    visitor.get(page)
    request = visitor.get(page).wsgi_request
    assert browser_of(request) == visitor.cookies[COOKIE].value


@pytest.mark.parametrize("cookie", [None, "0123456789abcdef0123456789abcdef"])
def test_a_script_that_drops_or_invents_its_cookie_gets_no_new_budget_each_time(cookie):
    """Fraud with paid messages (短信轰炸、短信吸费)."""

    def ask(number):
        script = Client(REMOTE_ADDR=HALL)
        if cookie:
            script.cookies[COOKIE] = cookie
        return script.post("/sign-in/code/", {"phone": f"1380000{number:04d}"})

    for number in range(rules.CODES_OF_NEW_BROWSERS):
        assert ask(number).status_code == 302
    refused = ask(9999)
    assert refused.status_code == 422
    assert "Cookie" in refused.content.decode()
    person = Client(REMOTE_ADDR=HALL)
    person.get("/sign-in/code/")
    assert person.post("/sign-in/code/", {"phone": "13900000099"}).status_code == 302


def test_the_brake_of_the_city_stops_unknown_browsers_and_nobody_else(account, settings, later):
    settings.CODES_OF_CITY = 3
    settings.HALL_NETWORKS = networks_of("198.51.100.0/24")
    for number in range(3):
        crowd(1, address=f"203.0.113.{number}")
        later(seconds=11)
    with pytest.raises(TooManyCodes, match="登录过的设备"):
        send_code("13900000099", purpose=CodeUse.SIGN_IN, address="203.0.113.200", browser="one")
    send_code(PHONE, purpose=CodeUse.SIGN_IN, address="203.0.113.200", known=True)
    send_code("13900000098", purpose=CodeUse.SIGN_IN, address=HALL)
    services.send_confirmation(account, address="203.0.113.200")
    later(hours=1)
    send_code("13900000099", purpose=CodeUse.SIGN_IN, address="203.0.113.200", browser="one")


def test_unknown_browsers_everywhere_pause_ten_seconds_for_one_phone(account, later):
    send_code(PHONE, purpose=CodeUse.SIGN_IN, address="203.0.113.1")
    with pytest.raises(TooManyCodes, match="秒后再获取"):
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address="203.0.113.2")
    send_code(PHONE, purpose=CodeUse.SIGN_IN, address="203.0.113.2", known=True)
    later(seconds=11)
    send_code(PHONE, purpose=CodeUse.SIGN_IN, address="203.0.113.2")


def test_three_strangers_do_not_shut_out_the_holder_of_a_phone(account, later):
    for _ in range(rules.CODES_OF_PHONE):
        for stranger in range(3):
            send_code(PHONE, purpose=CodeUse.SIGN_IN, address=f"203.0.113.{stranger}")
            later(seconds=21)
    for stranger in range(3):
        with pytest.raises(TooManyCodes):
            send_code(PHONE, purpose=CodeUse.SIGN_IN, address=f"203.0.113.{stranger}")
    for _ in range(rules.CODES_OF_NEW_ADDRESS):
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=HALL)
        later(seconds=61)
    with pytest.raises(TooManyCodes):
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=HALL)


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_from_one_address_do_not_exceed_its_limit(settings):
    settings.CODES_OF_ADDRESS = 3

    asked = [partial(send_code, f"1380000{number:04d}", purpose=CodeUse.SIGN_IN, address=HALL) for number in range(8)]
    results = together(*asked)
    assert sum(isinstance(one, TooManyCodes) for one in results) == 5
    assert Code.objects.count() == 3
