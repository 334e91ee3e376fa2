"""Second factors: single-use TOTP and recovery codes, locks; step-up that keeps what was typed."""

import time
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.ui import shell
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.policies import STAFF
from tongban.people.identity.stepup import proof_of
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin.sessions import session_digest
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


def test_the_session_is_encrypted_in_its_table(client, sign_in, account):
    from django.contrib.sessions.models import Session

    sign_in()
    prove_again(client, "password", "code")
    client.get("/account/totp/")
    stored = Session.objects.get().session_data
    assert client.session["mfa.totp.secret"] not in stored
    assert client.session.decode(stored.swapcase()) == {}


@pytest.mark.req("D6")
def test_reading_the_session_tables_gives_no_session(client, sign_in, account):
    """The tables hold no key that a cookie could use. The devices page still recognises this session."""
    from django.contrib.sessions.models import Session
    from django.db import connection

    sign_in()
    assert "就是这台" in client.get("/account/devices/").content.decode()
    key = client.cookies["sessionid"].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session UNION SELECT session_key FROM usersessions_usersession")
        kept = {row[0] for row in cursor.fetchall()}
    assert kept == {Session.objects.get().session_key}
    assert key not in kept
    for stolen in kept:
        thief = type(client)()
        thief.cookies["sessionid"] = stolen
        assert thief.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


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
    assert ledger.entries_of(account.id)[-1].type == "signin.PasswordChanged"


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


def test_other_sessions_can_be_signed_out(client, sign_in, account):
    other = Client()
    other.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    sign_in()
    assert other.get("/account/").status_code == 200
    page = client.get("/account/devices/").content.decode()
    assert page.count('name="end"') == 1
    client.post("/account/devices/", {"all": "1"})
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert ledger.entries_of(account.id)[-1].payload == {"by": "remote"}


def test_the_list_of_sessions_leaves_out_ended_ones_and_deletes_none(client, sign_in, account):
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session

    from tongban.people.signin import services

    other = Client()
    other.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    sign_in()
    ended, own = session_digest(other.session.session_key), session_digest(client.session.session_key)
    Session.objects.filter(session_key=ended).delete()
    page = client.get("/account/devices/").content.decode()
    assert page.count('name="end"') == 0
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {ended, own}, "reading deletes nothing"
    services.forget_old()
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {own}


def test_nobody_can_sign_another_person_out(client, sign_in, account, register):
    from allauth.usersessions.models import UserSession

    from tongban.people.identity import services as identity
    from tongban.people.identity.tests.conftest import BY

    identity.open_account("zhanglei", password=PASSWORD, subject_id=register(name="张磊").id, actor=BY)
    other = Client()
    other.post("/sign-in/", {"login_name": "zhanglei", "password": PASSWORD})
    sign_in()
    theirs = UserSession.objects.exclude(user=account).get()
    client.post("/account/devices/", {"end": theirs.id})
    assert other.get("/account/").status_code == 200


@pytest.mark.parametrize(("post", "minutes"), [(None, 30), ("window", 15)])
def test_an_idle_session_ends_and_signing_in_leads_back(sign_in_as, client, later, post, minutes):
    sign_in_as("someone", post=post)
    later(minutes=minutes - 1)
    assert client.get("/account/").status_code == 200
    later(minutes=minutes, seconds=5)
    response = client.get("/account/devices/?x=1")
    assert response["Location"] == "/sign-in/?next=/account/devices/%3Fx%3D1"
    assert f"您有 {minutes} 分钟没有操作" in client.get(response["Location"]).content.decode()
    assert client.get("/account/").status_code == 302


def test_an_open_page_does_not_keep_its_session_alive(sign_in_as, client, later):
    sign_in_as("someone")
    for _ in range(3):
        later(minutes=11)
        answer = client.get(
            "/wallet/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/wallet/?page=2"}
        )
    assert answer["HX-Redirect"] == "/sign-in/?next=/wallet/"
    assert client.get("/account/").status_code == 302


def test_only_the_network_of_a_session_is_stored(sign_in, account):
    from allauth.usersessions.models import UserSession

    sign_in(REMOTE_ADDR="203.0.113.7")
    assert UserSession.objects.get().ip == "127.0.0.0"


def test_a_proof_changes_the_session_key(client, sign_in, account):
    """Session fixation at step-up: an earlier key does not benefit from the proof and opens no session."""
    sign_in()
    before = client.cookies["sessionid"].value
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert client.post("/confirm/", {"password": PASSWORD, "next": "/account/"}).status_code == 302
    between = client.cookies["sessionid"].value
    client.post("/confirm/", {"send": "1", "next": "/account/"})
    client.post("/confirm/", {"code": code_sent_to(PHONE), "next": "/account/"})
    after = client.cookies["sessionid"].value
    assert len({before, between, after}) == 3
    for key in (before, between):
        thief = Client()
        thief.cookies["sessionid"] = key
        assert thief.get("/account/").status_code == 302
    page = client.get("/account/devices/").content.decode()
    assert page.count('name="end"') == 0, "the same session stands there twice"


def test_a_new_factor_or_level_changes_the_session_key(secret, client, account, monkeypatch):
    from tongban.people.signin import ports

    monkeypatch.setattr(ports.name_checker, "_value", ports.NameChecker("test", lambda *pair: True))
    before = client.cookies["sessionid"].value
    client.post("/account/level/", {"name": "李文敏", "number": "990102199403120022"})
    between = client.cookies["sessionid"].value
    client.post("/confirm/factor/", {"code": totp(secret), "next": "/account/"})
    assert len({before, between, client.cookies["sessionid"].value}) == 3


def test_a_request_during_a_key_change_does_not_sign_the_browser_out(client, sign_in, account):
    sign_in()
    old = client.cookies["sessionid"].value
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    client.post("/confirm/", {"password": PASSWORD, "next": "/account/"})
    late = Client()
    late.cookies["sessionid"] = old
    assert "sessionid" not in late.get("/wallet/", headers={"HX-Request": "true"}).cookies
