"""Many people share an address: a service hall, a carrier's network. None of them stands behind the others."""

import pytest
from django.test import Client

from tongban.foundation.networks import networks_of
from tongban.people.signin import rules, services
from tongban.people.signin.models import Code, Message
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import TooManyCodes, send_code
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
HALL = "198.51.100.7"


def crowd(count, *, address=HALL, browser=""):
    for number in range(count):
        send_code(f"1380000{number:04d}", purpose=CodeUse.SIGN_IN, address=address, browser=browser)


def confirm_often(account, times, later):
    for _ in range(times):
        services.send_confirmation(account, address=HALL)
        later(minutes=2)


def test_sixty_codes_a_day_cut_off_no_service_hall(account):
    crowd(61)
    visitor = Client(REMOTE_ADDR=HALL)
    assert visitor.post("/sign-in/code/", {"phone": PHONE}).status_code == 302
    assert code_sent_to(PHONE)


def test_an_officers_own_confirmation_never_stands_behind_the_crowd(account, settings):
    settings.CODES_OF_ADDRESS = 5
    crowd(5)
    with pytest.raises(TooManyCodes):
        crowd(1)
    for number in range(3):  # somebody asks for codes to the officer's phone from elsewhere
        send_code(PHONE, purpose=CodeUse.SIGN_IN, address=f"203.0.113.{number}")
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
    visitor.post("/sign-in/code/", {"phone": "13900000098"})
    visitor.post("/sign-in/code/", {"phone": "13900000097"})
    indexes = {code.browser_index for code in Code.objects.all()}
    assert len(indexes) == 1
    assert "" not in indexes


def test_the_computer_of_a_registered_hall_has_only_the_halls_limit(account, settings):
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
