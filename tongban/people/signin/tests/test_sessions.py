"""Sessions: what is stored of them, when they end, who may end them, and when their keys change."""

from datetime import timedelta

import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin.sessions import session_digest
from tongban.people.signin.testing import code_sent_to, prove_again
from tongban.people.signin.tests.conftest import PHONE
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B3")]


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
    assert page.count('name="end"') == 0, "the same session is listed twice"


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


def test_expired_sessions_are_deleted_and_others_stay(client, sign_in, account, monkeypatch):
    """django_session grew for ever: Django leaves expired rows where they are."""
    from django.contrib.sessions.models import Session

    from tongban.people.signin.services import own
    from tongban.people.signin.tasks import forget_old

    monkeypatch.setattr(own, "SESSIONS_AT_ONCE", 2)
    sign_in()
    now = clock.now()
    for number in range(5):
        Session.objects.create(session_key=f"old{number}", session_data="", expire_date=now - timedelta(seconds=number))
    Session.objects.create(session_key="young", session_data="", expire_date=now + timedelta(minutes=1))
    forget_old(timestamp=0)
    assert set(Session.objects.values_list("session_key", flat=True)) == {
        "young",
        session_digest(client.session.session_key),
    }
    assert client.get("/account/").status_code == 200
