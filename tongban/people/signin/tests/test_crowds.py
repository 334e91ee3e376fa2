"""Many people share an address: a service hall, a carrier's network. None of them has to wait for the others."""

from functools import partial

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.signing import Signer
from django.test import Client

from tongban.foundation.networks import networks_of
from tongban.foundation.testing import together
from tongban.people.signin import rules, services
from tongban.people.signin.models import Code, Message
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import TooManyCodes, send_code
from tongban.people.signin.services.locking import key_of
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import PHONE
from tongban.people.signin.visitors import COOKIE, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
HALL = "198.51.100.7"
SESSION = configured.SESSION_COOKIE_NAME


def crowd(count, *, address=HALL, browser=""):
    for number in range(count):
        send_code(f"1380000{number:04d}", purpose=CodeUse.SIGN_IN, address=address, browser=browser)


def settled(later, page="/sign-in/code/"):
    """A browser that opened the page a while ago."""
    visitor = Client(REMOTE_ADDR=HALL)
    visitor.get(page)
    later(seconds=121)
    return visitor


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


def test_a_page_names_the_browser_that_asks(account, later):
    visitor = settled(later)
    visitor.post("/sign-in/code/", {"phone": "13900000098"})
    visitor.post("/sign-in/code/", {"phone": "13900000097"})
    indexes = {code.browser_index for code in Code.objects.all()}
    assert len(indexes) == 1
    assert "" not in indexes
    assert indexes != {key_of("new browsers", HALL)}


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


PAGES = ["/sign-in/code/", "/register/", "/forgotten/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_gives_an_ordinary_browser_one_name(page, later):
    visitor = settled(later, page)
    first = browser_of(visitor.get(page).wsgi_request)
    assert first != rules.NEW_BROWSER
    assert browser_of(visitor.get(page).wsgi_request) == first
    assert browser_of(settled(later, page).get(page).wsgi_request) != first


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_who_only_looks_leaves_no_row(page):
    for _ in range(3):
        assert Client().get(page).status_code == 200
    assert not Session.objects.exists()


def test_a_name_expires_and_cannot_be_made_up_or_moved_ahead(later):
    visitor = settled(later)
    signed = visitor.cookies[COOKIE].value
    for wrong in ("", "x", signed[:-1], signed.replace(":", "x:", 1), Signer(salt="another").sign_object(["a", 1])):
        visitor.cookies[COOKIE] = wrong
        assert browser_of(visitor.get("/sign-in/").wsgi_request) == rules.NEW_BROWSER
    visitor.cookies[COOKIE] = signed
    later(days=31)
    assert browser_of(visitor.get("/sign-in/").wsgi_request) == rules.NEW_BROWSER


def ask_as_script(number, *, opens_page=False, cookie=None):
    script = Client(REMOTE_ADDR=HALL)
    if opens_page:
        script.get("/sign-in/code/")
    if cookie:
        script.cookies[cookie] = "0123456789abcdef0123456789abcdef"
    return script.post("/sign-in/code/", {"phone": f"1380000{number:04d}"})


@pytest.mark.parametrize(
    "how",
    [{}, {"cookie": SESSION}, {"cookie": COOKIE}, {"opens_page": True}],
    ids=["POST", "session", "name", "GET-POST"],
)
def test_a_script_with_another_cookie_each_time_gets_no_new_budget(how, later):
    """Fraud with paid messages (短信轰炸、短信吸费)."""
    person = settled(later)
    for number in range(rules.CODES_OF_NEW_BROWSERS):
        assert ask_as_script(number, **how).status_code == 302
    refused = ask_as_script(9999, **how)
    assert refused.status_code == 422
    assert "Cookie" in refused.content.decode()
    assert person.post("/sign-in/code/", {"phone": "13900000099"}).status_code == 302


def test_a_newcomer_in_a_crowd_waits_two_minutes(later):
    """So that a whole service hall on one carrier's address is not cut off for the day."""
    for number in range(rules.CODES_OF_NEW_BROWSERS):
        ask_as_script(number, opens_page=True)
    newcomer = Client(REMOTE_ADDR=HALL)
    newcomer.get("/sign-in/code/")
    assert "两分钟后再获取" in newcomer.post("/sign-in/code/", {"phone": PHONE}).content.decode()
    later(seconds=121)
    assert newcomer.post("/sign-in/code/", {"phone": PHONE}).status_code == 302


def test_a_browser_that_came_without_a_page_is_named_by_the_refusal(later):
    for number in range(rules.CODES_OF_NEW_BROWSERS):
        ask_as_script(number)
    newcomer = Client(REMOTE_ADDR=HALL)
    assert newcomer.post("/sign-in/code/", {"phone": PHONE}).status_code == 422
    later(seconds=121)
    assert newcomer.post("/sign-in/code/", {"phone": PHONE}).status_code == 302


def test_whoever_changes_their_phone_is_no_stranger(account, settings):
    settings.CODES_OF_CITY = 1
    crowd(1)
    with pytest.raises(TooManyCodes, match="登录过的设备"):
        send_code("13900000099", purpose=CodeUse.SIGN_IN, address="203.0.113.200", browser="one")
    services.send_phone_code(account, "13900000098", address="203.0.113.200")


def test_a_change_of_phone_takes_no_code_from_the_strangers_of_the_city(account, settings):
    settings.CODES_OF_CITY = 1
    services.send_phone_code(account, "13900000098", address="203.0.113.200")
    services.send_confirmation(account, address="203.0.113.200")
    send_code("13900000099", purpose=CodeUse.SIGN_IN, address="203.0.113.201", browser="one")
    with pytest.raises(TooManyCodes, match="登录过的设备"):
        send_code("13900000097", purpose=CodeUse.SIGN_IN, address="203.0.113.202", browser="two")


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
