"""Parallel tries: no more are checked than the budget allows. Real threads and connections, started together."""

import time
from collections import Counter

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp_auth
from django.db import transaction
from django.test import Client

from tongban.foundation.errors import DomainError
from tongban.foundation.testing import together
from tongban.people.identity.models import Account
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin import ports, services
from tongban.people.signin.models import Attempts, Code
from tongban.people.signin.services import codes, locking
from tongban.people.signin.services.entering import prove_password
from tongban.people.signin.tests.conftest import PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("H5")]


@pytest.fixture(autouse=True)
def _slow_hash(settings):
    """The real hash, so that the tries overlap for as long as they do in production."""
    settings.PASSWORD_HASHERS = ["tongban.trust.crypto.hashers.PBKDF2SM3PasswordHasher"]
    settings.PASSWORD_ITERATIONS = 100_000


@pytest.fixture
def compared(monkeypatch):
    """What was really checked, by kind."""
    seen = Counter()

    def watch(place, name, kind):
        whole = getattr(place, name)

        def looked_at(*given, **named):
            seen[kind] += 1
            return whole(*given, **named)

        monkeypatch.setattr(place, name, looked_at)

    watch(Account, "check_password", "password")
    watch(codes, "_is_right", "code")
    watch(totp_auth, "validate_totp_code", "totp")
    return seen


def test_five_of_24_parallel_wrong_passwords_are_compared(account, compared):
    def attack():
        return Client().post("/sign-in/", {"login_name": "liwenmin", "password": "wrong"}).status_code

    assert set(together(*[attack] * 24)) == {422}
    assert compared["password"] <= 5
    assert (
        "失败次数太多" in Client().post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}).content.decode()
    )


def test_the_right_password_is_not_checked_after_the_limit(account, compared):
    for _ in range(5):
        Client().post("/sign-in/", {"login_name": "liwenmin", "password": "wrong"})
    before = compared["password"]

    def attempt(password):
        return lambda: prove_password("liwenmin", password, address="192.0.2.1")

    results = together(*[attempt("wrong")] * 8, attempt(PASSWORD), *[attempt("wrong")] * 8)
    assert {type(one) for one in results} == {locking.Locked}
    assert compared["password"] == before


def test_parallel_right_passwords_lock_nobody_out(account):
    """Each is counted before the check, so more than five in parallel may have to wait. Afterwards nothing counts."""
    results = together(*[lambda: prove_password("liwenmin", PASSWORD, address="192.0.2.1")] * 5)
    assert results == [account] * 5
    assert Attempts.objects.filter(failures__gt=0).count() == 0
    assert prove_password("liwenmin", PASSWORD, address="192.0.2.1") == account


@pytest.mark.usefixtures("codes_are_known")
def test_five_of_14_parallel_wrong_codes_are_compared(account, compared):
    code_id = services.send_sign_in_code(PHONE, address="192.0.2.1")
    results = together(*[lambda: services.prove_code(code_id, "135791")] * 14)
    assert all(isinstance(one, DomainError) for one in results)
    assert compared["code"] == 5
    assert Code.objects.get().tries == 5
    with pytest.raises(DomainError):
        services.prove_code(code_id, "246810")


@pytest.mark.usefixtures("codes_are_known")
def test_a_right_code_submitted_many_times_in_parallel_works_once(account):
    code_id = services.send_sign_in_code(PHONE, address="192.0.2.1")
    results = together(*[lambda: services.prove_code(code_id, "246810")] * 5)
    assert sum(isinstance(one, Account) for one in results) == 1


def test_five_of_14_parallel_wrong_totp_codes_are_compared(account, compared):
    secret = totp_auth.generate_totp_secret()
    Authenticator.objects.create(user=account, type="totp", data={"secret": get_adapter().encrypt(secret)})
    valid = {
        totp_auth.format_hotp_value(totp_auth.hotp_value(secret, int(time.time()) // 30 + moved))
        for moved in range(-60, 61)
    }
    wrong = [code for code in (f"{number:06}" for number in range(500)) if code not in valid][:14]
    clients = []
    for _ in wrong:
        clients.append(Client())
        assert clients[-1].post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}).status_code == 302

    def guess(client, code):
        return lambda: client.post("/sign-in/second/", {"code": code}).status_code

    statuses = together(*[guess(*pair) for pair in zip(clients, wrong, strict=True)])
    assert set(statuses) == {422}
    assert compared["totp"] <= 5


def test_five_of_14_parallel_wrong_numbers_are_compared(account, monkeypatch):
    asked = []
    monkeypatch.setattr(ports.name_checker, "_value", ports.NameChecker("test", lambda *pair: asked.append(pair)))
    wrong = {"name": "张三", "number": "990102199403120022"}
    results = together(*[lambda: services.prove_number(account, **wrong)] * 14)
    assert all(isinstance(one, DomainError) for one in results)
    assert len(asked) <= 5


def test_a_count_is_not_rolled_back_with_the_surrounding_transaction(account):
    """A caller whose transaction would include the count gets an error at once."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        prove_password("liwenmin", "wrong", address="192.0.2.1")


def test_step_up_counts_the_tries_of_its_own_browser(account, compared):
    """A thief at an open session has five guesses. Strangers' failures do not stop the owner."""
    owner = Client()
    owner.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    for _ in range(5):
        Client().post("/sign-in/", {"login_name": "liwenmin", "password": "wrong"})

    def grown_old():
        session = owner.session
        session["account_authentication_methods"] = []
        session.save()

    grown_old()
    assert owner.post("/confirm/", {"password": PASSWORD, "next": "/account/"}).status_code == 302
    grown_old()
    before = compared["password"]
    together(*[lambda: owner.post("/confirm/", {"password": "wrong", "next": "/account/"}).status_code] * 12)
    assert 0 < compared["password"] - before <= 5
