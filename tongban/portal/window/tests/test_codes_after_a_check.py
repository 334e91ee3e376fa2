"""A check at the window opens the account to codes to the phone named there, and covers no reset that comes later."""

import pytest
from django.test import Client

from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identities
from tongban.people.identity.testing import signed_in
from tongban.people.signin import queries, services
from tongban.people.signin.models import ResetPassword
from tongban.people.signin.testing import code_sent_to, enter_by_code, prove_again
from tongban.portal.window.tests.hall import PHONE, account, read
from tongban.portal.window.tests.test_window import begin

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
ASKED = "/sign-in/device/"
NEW = "Sunny-day-8"


def reset(hall):
    """Set a password as somebody who has the phone and knows the number, on a device never seen."""
    visitor = Client()
    visitor.post("/forgotten/", {"phone": PHONE, "number": hall.mother.number})
    typed = {"code": code_sent_to(PHONE), "password": NEW, "again": NEW}
    assert visitor.post("/forgotten/check/", typed)["Location"] == "/sign-in/"


def again(hall, phone=PHONE):
    """Check the person once more at another visit, with the clerk signed in again."""
    hall.client = prove_again(signed_in(hall.clerk.subject_id))
    begin(hall)
    read(hall, phone)


def by_password():
    return Client().post("/sign-in/", {"login_name": PHONE, "password": NEW})["Location"]


def by_code(phone=PHONE):
    return enter_by_code(Client(), phone)["Location"]


def test_a_check_opens_the_account_to_codes_for_a_week_and_makes_no_device_trusted(hall, later):
    """Whoever forgot the password and has no other way goes to a window."""
    read(hall)
    assert by_code() == ASKED, "it does not count yet"
    later(hours=25)
    assert by_code() == "/"
    assert not queries.browsers_of(account())
    later(days=8)
    assert by_code() == ASKED


def test_a_stranger_who_resets_after_the_check_gets_in_neither_by_the_password_nor_by_a_code(hall, later):
    read(hall)
    later(days=2)
    reset(hall)
    assert by_password() == ASKED
    later(minutes=2)
    assert by_code() == ASKED


def test_a_reset_while_the_check_waits_is_not_covered_by_it(hall, later):
    read(hall)
    later(days=9)
    again(hall)
    later(hours=1)
    reset(hall)
    later(hours=25)
    assert by_password() == ASKED


def test_whoever_a_window_saw_after_the_reset_is_not_locked_out_eight_days_later(hall, later):
    read(hall)
    later(days=9)
    reset(hall)
    assert by_password() == ASKED
    later(minutes=1)
    again(hall)
    assert by_password() == ASKED, "the check does not count yet"
    later(hours=25)
    assert by_password() == "/"
    later(days=9)
    assert by_password() == "/"
    services.forget_old()
    assert not ResetPassword.objects.exists()


def test_a_check_opens_nothing_to_a_phone_that_the_account_got_later(hall, later):
    read(hall)
    later(hours=25)
    identities.verify_phone(account().id, phone="13900008888", actor=factories.CITY)
    assert by_code("13900008888") == ASKED


def test_a_check_at_which_no_phone_was_named_opens_nothing_to_codes(hall, later):
    """Somebody whose phone has another holder raises their level, and says nothing about the phone."""
    read(hall)
    later(days=9)
    again(hall, phone="")
    later(hours=25)
    assert queries.level_of(account()) == 3
    assert by_code() == ASKED
    again(hall)
    later(hours=25)
    assert by_code() == "/", "they may name the phone at another check"
