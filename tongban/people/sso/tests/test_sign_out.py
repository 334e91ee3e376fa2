"""Signing out at the portal, at a system or elsewhere ends the sign-ins at systems and notifies them."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from urllib.parse import parse_qs

import jwt
import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.codes import credit_code_check
from tongban.people.identity import services as identity
from tongban.people.signin import services as signin
from tongban.people.sso import ctid, services, signing
from tongban.people.sso.models import Connection
from tongban.people.sso.services import notifying

from .conftest import BY, Party, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]


class Listener:
    """A system's address for logout tokens, over HTTP."""

    def __init__(self, status=200):
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                heard.append(parse_qs(body).get("logout_token", [body])[0])
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def do_GET(self):
                heard.append("followed the redirect")
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/out"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener():
    made = []

    def make(status=200):
        made.append(Listener(status))
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()
        one.server.server_close()


def told(city, listener):
    system = city.system(logout_uri=listener.address)
    return Party(system, city.secret(system))


def read(token):
    keys = {key["kid"]: key for key in Client().get("/sso/keys").json()["keys"]}
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "logout+jwt"
    return jwt.decode(token, jwt.PyJWK(keys[header["kid"]]).key, algorithms=["RS256"], options={"verify_aud": False})


def test_signing_out_at_the_portal_ends_the_sign_in_and_notifies_the_system(city, listener, browser, account):
    one = listener()
    party = told(city, one)
    tokens = party.sign_in(browser)
    sid = jwt.decode(tokens["id_token"], options={"verify_signature": False})["sid"]
    browser.post("/sign-out/")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    run_pending_jobs()
    content = read(one.heard[0])
    assert (content["aud"], content["sid"]) == (party.client_id, sid)
    assert content["sub"] == str(account.subject_id)
    assert content["events"] == {notifying.EVENT: {}}
    assert "nonce" not in content
    assert Connection.objects.get().telling == "told"
    notifying.notify_logout(Connection.objects.get().id)
    assert len(one.heard) == 1, "told twice"


def test_a_session_ended_elsewhere_ends_its_sign_ins_too(party, browser):
    tokens = party.sign_in(browser)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store(browser.session.session_key).delete()
    assert party.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("by", ["self", "reset"])
def test_a_new_password_ends_the_sign_ins_of_every_other_session(party, browser, account, by):
    """A new password also ends sign-ins at systems by anybody who knew the old one."""
    tokens = party.sign_in(browser)
    assert UserSession.objects.filter(user=account, session_key=browser.session.session_key).exists()
    signin.change_password(account, "Another-1234", by=by, staying="of-another-browser")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400


def test_another_session_of_the_same_person_continues(party, browser, account):
    phone = signed_in("liwenmin")
    here, there = party.sign_in(browser), party.sign_in(phone)
    browser.post("/sign-out/")
    assert party.userinfo(here["access_token"]).status_code == 401
    assert party.userinfo(there["access_token"]).status_code == 200


@pytest.mark.parametrize("status", [500, 302, 400])
def test_a_failed_logout_notification_is_retried_and_finally_marked_as_failed(city, listener, browser, status):
    party = told(city, listener(status))
    party.sign_in(browser)
    browser.post("/sign-out/")
    connection = Connection.objects.get()
    for number in range(1, notifying.MAX_TRIES + 1):
        assert connection.telling == "waiting"
        with pytest.raises(notifying.LogoutNotDelivered):
            notifying.notify_logout(connection.id)
        connection.refresh_from_db()
        assert connection.tries == number
    assert connection.telling == "failed"


def test_the_queue_retries_as_often_as_tries_are_counted():
    from tongban.people.sso import tasks

    strategy = tasks.tell_of_logout.retry_strategy
    assert strategy.max_attempts + 1 == notifying.MAX_TRIES  # the library makes one attempt more than it says


def test_a_system_can_ask_the_portal_to_sign_out_everywhere(party, browser):
    tokens = party.sign_in(browser)
    out = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "https://gjj.example/",
        "state": "s-9",
    }
    answer = browser.get("/sso/logout", out)
    assert answer["Location"] == "https://gjj.example/?state=s-9"
    assert "_auth_user_id" not in browser.session
    assert party.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id_token_hint": "made-up"},
        {"client_id": "theirs"},
    ],
)
def test_a_sign_out_link_without_a_valid_hint_asks_for_confirmation(party, browser, given):
    party.sign_in(browser)
    page = browser.get("/sso/logout", given)
    assert page.status_code == 200
    assert "全部退出" in page.content.decode()
    assert "_auth_user_id" in browser.session
    assert browser.post("/sso/logout/confirmed")["Location"] == "/"
    assert "_auth_user_id" not in browser.session


def test_a_hint_for_another_session_asks_for_confirmation_too(party, browser, account):
    other = signed_in("liwenmin")
    hint = party.sign_in(other)["id_token"]
    party.sign_in(browser)
    assert browser.get("/sso/logout", {"id_token_hint": hint}).status_code == 200
    assert "_auth_user_id" in browser.session


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "https://gjj.example/other", "https://gjj.example", "//evil.example"]
)
def test_signing_out_leads_to_registered_addresses_only(party, browser, target):
    tokens = party.sign_in(browser)
    out = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": target}
    assert browser.get("/sso/logout", out)["Location"] == "/"
    assert Client().get("/sso/logout", out)["Location"] == "/"


def test_a_forged_id_token_is_not_accepted_as_a_hint(party, browser):
    forged = jwt.encode({"iss": signing.issuer(), "aud": party.client_id, "sid": "x"}, "k" * 32, algorithm="HS256")
    assert browser.get("/sso/logout", {"id_token_hint": forged}).status_code == 200


def test_sign_ins_that_outlive_the_session_are_removed(party, browser):
    party.sign_in(browser)
    with clock.at_moment(clock.now() + timedelta(hours=13)):
        services.forget_old()
    assert Connection.objects.get().ended_at is not None
    from allauth.idp.oidc.models import Token

    assert not Token.objects.exists()


@pytest.fixture
def firm(account):
    body = "91990102MA0000015"
    made = identity.register_organisation(
        name="云江科技有限公司", number=body + credit_code_check(body), division_code="990102", actor=BY
    )
    identity.entitle_representative(made.id, person_id=account.subject_id, actor=BY)
    return made


def switch(browser, to):
    assert browser.post(reverse("identity:principal"), {"principal": str(to)}).status_code == 302


def test_switching_to_a_firm_starts_a_separate_sign_in(city, listener, browser, firm):
    one = listener()
    party = told(city, one)
    first = party.sign_in(browser)
    switch(browser, firm.id)
    second = party.sign_in(browser)
    run_pending_jobs()
    assert len(one.heard) == 1
    assert party.userinfo(first["access_token"]).status_code == 401
    assert party.userinfo(second["access_token"]).json()["acting_for"]["name"] == "云江科技有限公司"


@pytest.mark.req("B5")
def test_a_former_representative_is_signed_out_of_systems_entered_for_the_firm(city, listener, browser, account, firm):
    one = listener()
    party = told(city, one)
    at_home = signed_in("liwenmin")
    as_self = party.sign_in(at_home)
    switch(browser, firm.id)
    tokens = party.sign_in(browser)
    sid = jwt.decode(tokens["id_token"], options={"verify_signature": False})["sid"]
    identity.end_representation(firm.id, person_id=account.subject_id, reason="变更", actor=BY)
    assert party.userinfo(tokens["access_token"]).status_code == 401, "before the queue has done anything"
    run_pending_jobs()
    assert [read(token)["sid"] for token in one.heard] == [sid]
    assert party.userinfo(as_self["access_token"]).status_code == 200, "in his own name he stays signed in"
    identity.entitle_representative(firm.id, person_id=account.subject_id, actor=BY)
    assert party.userinfo(tokens["access_token"]).status_code == 401, "a new right does not wake the old sign-in"
    assert party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    switch(browser, firm.id)
    assert party.userinfo(party.sign_in(browser)["access_token"]).status_code == 200


def test_a_late_event_about_the_old_right_does_not_end_sign_ins_under_a_new_one(party, browser, account, firm):
    identity.end_representation(firm.id, person_id=account.subject_id, reason="变更", actor=BY)
    with clock.at_moment(clock.now() + timedelta(seconds=5)):
        identity.entitle_representative(firm.id, person_id=account.subject_id, actor=BY)
        switch(browser, firm.id)
        tokens = party.sign_in(browser)
        run_pending_jobs()
        assert party.userinfo(tokens["access_token"]).status_code == 200


def test_requests_to_the_network_identity_service_do_not_follow_redirects(listener):
    """A redirect would send the secret along."""
    one = listener(302)
    with pytest.raises(ctid.Unreachable):
        ctid.HttpNetworkIdentity(one.address, "city", "secret").redeem("credential")
    assert len(one.heard) == 1


def test_sign_ins_survive_a_new_proof_of_the_session_and_end_when_signing_out(party, browser, account):
    """The session's key changes with each proof, and its sign-ins at systems follow."""
    tokens = party.sign_in(browser)
    before = browser.session.session_key
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()
    browser.post("/confirm/", {"password": "correct horse 9", "next": "/my/systems/"})
    assert browser.session.session_key != before
    assert party.userinfo(tokens["access_token"]).status_code == 200
    browser.post("/sign-out/")
    assert party.userinfo(tokens["access_token"]).status_code == 401
