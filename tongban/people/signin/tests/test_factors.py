"""Second factors: single-use TOTP and recovery codes, locks; step-up that keeps what was typed."""

import time
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from tongban.foundation import clock
from tongban.foundation.ui import shell
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.policies import STAFF
from tongban.people.identity.stepup import proof_of
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin.testing import code_sent_to, prove_again
from tongban.people.signin.tests.conftest import PHONE
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B3")]


@pytest.fixture(autouse=True)
def _one_period(monkeypatch):
    """Stop the clock of TOTP, so that no test begins in one period of 30 s and ends in the next."""
    began = time.time() // 30 * 30
    monkeypatch.setattr(time, "time", lambda: began)


def totp(secret, moved=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + moved))


def wrong_codes(secret):
    """Codes that are not valid within this hour."""
    valid = {totp(secret, moved) for moved in range(-120, 121)}
    return (code for code in (f"{number:06}" for number in range(1_000_000)) if code not in valid)


@pytest.fixture
def secret(client, sign_in, account):
    """Add TOTP on the pages and return its secret."""
    sign_in()
    prove_again(client, "password", "code")
    client.get("/account/totp/")
    secret = client.session["mfa.totp.secret"]
    response = client.post("/account/totp/", {"code": totp(secret, -1)})
    assert response["Location"] == "/account/recovery-codes/"
    return secret


def test_the_secret_is_stored_encrypted_and_adding_it_is_recorded(secret, account):
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    types = [(entry.type, entry.payload) for entry in ledger.entries_of(account.id)]
    assert ("signin.FactorAdded", {"kind": "totp"}) in types
    assert ("signin.FactorAdded", {"kind": "recovery_codes"}) in types


def test_signing_in_asks_for_the_second_factor(secret, client, sign_in, account):
    client.post("/sign-out/")
    response = sign_in(next="/account/devices/")
    assert response["Location"] == "/sign-in/second/"
    assert client.get("/account/").status_code == 302
    assert client.post("/sign-in/second/", {"code": next(wrong_codes(secret))}).status_code == 422
    response = client.post("/sign-in/second/", {"code": totp(secret)})
    assert response["Location"] == "/account/devices/"
    assert ledger.entries_of(account.id)[-1].payload == {"methods": "password,totp"}


def test_a_passkey_can_replace_the_second_step(secret, client, sign_in):
    client.post("/sign-out/")
    sign_in()
    challenge = client.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    assert "publicKey" in challenge.json()["request_options"]
    assert client.get("/sign-in/second/").status_code == 302, "the password alone leads nowhere any more"


def test_a_totp_code_is_accepted_once(secret, client, sign_in):
    code = totp(secret)
    for expected in (302, 422):
        client.post("/sign-out/")
        sign_in()
        assert client.post("/sign-in/second/", {"code": code}).status_code == expected


@pytest.mark.parametrize("again", ["{}", "{}.", "\t{}-"])
def test_a_used_totp_code_stays_blocked_as_long_as_it_would_be_valid(
    secret, client, sign_in, account, monkeypatch, again
):
    """allauth forgets it after 30 s; with a tolerance of one period it is valid for longer."""
    code = totp(secret)
    client.post("/sign-out/")
    sign_in()
    client.post("/sign-in/second/", {"code": code})
    client.post("/sign-out/")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 31)
    cache.delete(f"allauth.mfa.totp.used?user={account.pk}&code={code}")  # as after those 30 s
    sign_in()
    assert client.post("/sign-in/second/", {"code": again.format(code)}).status_code == 422


def test_the_second_factor_locks_after_five_failures(secret, client, sign_in):
    client.post("/sign-out/")
    sign_in()
    for _, code in zip(range(5), wrong_codes(secret), strict=False):
        client.post("/sign-in/second/", {"code": code})
    page = client.post("/sign-in/second/", {"code": totp(secret)})
    assert page.status_code == 422
    assert "失败次数太多" in page.content.decode()


def test_each_recovery_code_works_once(secret, client, sign_in):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for expected in (302, 422):
        client.post("/sign-out/")
        sign_in()
        assert client.post("/sign-in/second/", {"code": codes[0]}).status_code == expected


def test_recovery_codes_are_shown_once(secret, client):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    first = client.get("/account/recovery-codes/").content.decode().replace(" ", "")
    again = client.get("/account/recovery-codes/").content.decode().replace(" ", "")
    assert all(code in first for code in codes)
    assert not any(code in again for code in codes)


def test_new_recovery_codes_void_the_old_ones(secret, client, sign_in):
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert client.post("/account/recovery-codes/new/").status_code == 302
    assert not set(old) & set(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes())


def test_a_sensitive_page_asks_for_proof_and_continues_with_the_input(client, sign_in, account):
    """Without a factor: password and SMS; the new password typed before is not lost."""
    sign_in()
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    typed = {"password": "Another-1234", "again": "Another-1234"}
    asked = client.post("/account/password/", typed)
    assert asked["Location"] == "/confirm/?next=%2Faccount%2Fpassword%2F"
    forward = {"next": "/account/password/"}
    assert client.post("/confirm/", {"password": "wrong", **forward}).status_code == 422
    assert client.post("/confirm/", {"password": PASSWORD, **forward}).status_code == 302
    client.post("/confirm/", {"send": "1", **forward})
    proved = client.post("/confirm/", {"code": code_sent_to(PHONE), **forward})
    assert proved["Location"] == "/account/password/"
    assert client.get("/account/password/")["Location"] == "/account/"
    account.refresh_from_db()
    assert account.check_password("Another-1234")
    assert "signin.PasswordChanged" in {entry.type for entry in ledger.entries_of(account.id)[-3:]}


def prove(client, path, typed):
    """Post an act that asks for a proof first, and give the proof."""
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    forward = {"next": path}
    assert client.post(path, typed)["Location"].startswith("/confirm/")
    client.post("/confirm/", {"password": PASSWORD, **forward})
    client.post("/confirm/", {"send": "1", **forward})
    return client.post("/confirm/", {"code": code_sent_to(PHONE), **forward})


def test_a_refusal_after_the_proof_is_shown_once_at_the_forms_own_address(client, sign_in, account):
    """At the address of the proof, the form would be posted to the wrong place, and what was typed would be lost."""
    sign_in()
    proved = prove(client, "/account/password/", {"password": "Another-1234", "again": "Other-1234"})
    assert proved["Location"] == "/account/password/"
    refused = client.get("/account/password/")
    assert refused.status_code == 422
    assert "两次输入的密码不一样" in refused.content.decode()
    assert client.get("/account/password/").status_code == 200


def test_an_act_not_resumed_in_time_after_its_proof_is_dropped(client, sign_in, account, monkeypatch):
    sign_in()
    prove(client, "/account/password/", {"password": "Another-1234", "again": "Another-1234"})
    monkeypatch.setattr("tongban.people.signin.pending_acts.RESUME_WITHIN", -1)
    assert client.get("/account/password/").status_code == 200
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_a_person_with_a_second_factor_must_use_it_as_proof(secret, client, account):
    prove_again(client, "password", "code")
    asked = client.get("/account/phone/")
    assert asked["Location"].startswith("/confirm/factor/")
    assert client.get("/confirm/", {"next": "/account/phone/"})["Location"].startswith("/confirm/factor/")
    done = client.post("/confirm/factor/", {"code": totp(secret), "next": "/account/phone/"})
    assert done["Location"] == "/account/phone/"
    assert client.get("/account/phone/").status_code == 200


def test_a_proof_expires(client, sign_in, account, monkeypatch):
    sign_in()
    prove_again(client, "password", "code")
    assert client.get("/account/phone/").status_code == 200
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 301)
    assert client.get("/account/phone/").status_code == 302


def test_the_recorded_strength_of_a_session_follows_its_proofs(client, sign_in, account):
    def proof(**more):
        return proof_of(client.get("/account/", **more).wsgi_request)

    sign_in()
    assert (proof().strength, proof().second_factor_at) == (1, None)
    prove_again(client, "password", "code")
    assert proof().strength == 2
    assert abs(proof().second_factor_at.timestamp() - time.time()) < 60
    prove_again(client)
    assert proof().strength == 3
    assert proof().device == proof().signed_in_device
    assert proof(headers={"user-agent": "another"}).device != proof().device
    assert proof(REMOTE_ADDR="203.0.113.7").network == "203.0.113.0"


def test_a_policy_reads_the_proof_from_the_actor_without_a_query(client, sign_in, account, django_assert_num_queries):
    sign_in()
    prove_again(client, "password", "code")
    actor = actor_of_request(client.get("/account/").wsgi_request)
    thing = {"department": uuid4(), "division": "990100", "kind": None, "person": None}
    with django_assert_num_queries(0):
        decision = policy.decide(STAFF, actor, at=clock.now(), **thing)
    by_proof = {clause.condition: clause.met for clause in decision.clauses[-2:]}
    assert by_proof == {"还在登录时的设备上": True, "5 分钟内做过二次验证": True}


@pytest.mark.parametrize("post", ["window"])
def test_an_officer_first_adds_a_factor_if_required(sign_in_as, client, settings, post):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in_as("gaj.window", post=post)
    assert client.get("/desk/systems/")["Location"] == "/account/"
    assert "按规定" in client.get("/account/").content.decode()
    client.get("/account/totp/")
    client.post("/account/totp/", {"code": totp(client.session["mfa.totp.secret"])})
    with shell.places.only(desk="sso:systems"):
        assert client.get("/sign-in/")["Location"] == "/desk/systems/"
    prove_again(client)
    assert "至少要保留一种" in client.post("/account/totp/off/").content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_new_factor_or_level_changes_the_session_key(secret, client, account, monkeypatch):
    from tongban.people.signin import ports

    monkeypatch.setattr(ports.name_checker, "_value", ports.NameChecker("test", lambda *pair: True))
    before = client.cookies["sessionid"].value
    client.post("/account/level/", {"name": "李文敏", "number": "990102199403120022"})
    between = client.cookies["sessionid"].value
    client.post("/confirm/factor/", {"code": totp(secret), "next": "/account/"})
    assert len({before, between, client.cookies["sessionid"].value}) == 3
