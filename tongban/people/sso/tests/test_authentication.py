"""How and when somebody proved who they are (`auth_time`, `amr`, `acr`), and what a system may require."""

import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.people.identity import services as identity
from tongban.people.signin import services as signin
from tongban.people.signin.testing import prove_again
from tongban.people.sso import rules

from .conftest import BY, Party, answered, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]
PASSWORD = "correct horse 9"


def content(tokens):
    return jwt.decode(tokens["id_token"], options={"verify_signature": False})


def proved(client, seconds_ago, *methods):
    """The session's proofs, each so long ago."""
    prove_again(client, *methods)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - seconds_ago
    session.save()
    return client


def follow(client, answer):
    """Give the password on the page to which the request led, and go back to the request."""
    where = urlsplit(answer["Location"])
    assert where.path == "/confirm/", answer["Location"]
    back = parse_qs(where.query)["next"][0]
    return client.post("/confirm/", {"password": PASSWORD, "next": back})


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (["password"], ("pwd",)),
        (["code"], ("sms",)),
        (["code", "code"], ("sms",)),
        (["password", "code"], ("pwd", "sms", "mfa")),
        (["password", "totp"], ("pwd", "otp", "mfa")),
        (["password", "recovery_codes"], ("pwd", "otp", "mfa")),
        (["code", "totp"], ("sms", "otp")),
        (["passkey"], ("pop", "user", "mfa")),
        (["password", "webauthn"], ("pwd", "pop", "user", "mfa")),
        (["socialaccount"], ()),
        (["ctid", "totp"], ("otp",)),
        ([], ()),
    ],
)
def test_methods_are_named_by_registered_values(ways, said):
    assert rules.methods_of(ways) == said


def test_two_sessions_of_one_person_each_report_their_own_proof(party, account):
    morning, noon = proved(signed_in("liwenmin"), 7200, "password"), proved(signed_in("liwenmin"), 60, "code")
    first, second = content(party.sign_in(morning)), content(party.sign_in(noon))
    assert (first["amr"], second["amr"]) == (["pwd"], ["sms"])
    assert second["auth_time"] - first["auth_time"] == pytest.approx(7140, abs=2)
    assert abs(first["auth_time"] - (time.time() - 7200)) < 5


def test_a_sign_in_elsewhere_does_not_renew_this_session(party, account):
    old = proved(signed_in("liwenmin"), 7200, "password")
    signed_in("liwenmin")
    assert answered(party.ask(old, max_age="3600", prompt="none")[0])["error"] == "login_required"


def test_refreshed_tokens_keep_their_authentication_after_a_new_proof_of_the_session(party, browser):
    proved(browser, 600, "password")
    first = party.sign_in(browser)
    code, verifier = party.code(browser)
    proved(browser, 0, "password", "code")
    second = party.sign_in(browser)
    fresh = party.post("token", grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    between = party.exchange(code, verifier).json()
    for tokens in (fresh, between):
        assert content(tokens)["auth_time"] == content(first)["auth_time"]
        assert content(tokens)["amr"] == ["pwd"]
        assert party.introspect(tokens["access_token"])["auth_time"] == content(first)["auth_time"]
    assert content(second)["auth_time"] - content(first)["auth_time"] == pytest.approx(600, abs=5)
    assert content(second)["amr"] == ["pwd", "sms", "mfa"]


def test_max_age_asks_for_a_new_proof_and_reports_its_time(party, browser):
    proved(browser, 600, "password")
    assert answered(party.ask(browser, max_age="900")[0])["code"]
    asked, verifier = party.ask(browser, max_age="300")
    back = follow(browser, asked)
    given = browser.get(back["Location"])
    tokens = party.exchange(answered(given)["code"], verifier).json()
    assert time.time() - content(tokens)["auth_time"] < 60


@pytest.mark.req("B3")
@pytest.mark.parametrize("given", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_a_required_proof_is_valid_for_one_answer(party, browser, given):
    """Even in a new session: a proof, one answer, then another proof. Reloading does not help."""
    asked, _ = party.ask(browser, **given)
    address = asked.wsgi_request.get_full_path()
    again = browser.get(address)
    assert again["Location"] == asked["Location"], "reloading went by the proof of before"
    assert follow(browser, asked)["Location"] == address
    answer = browser.get(address)
    if answer.status_code == 200:
        signature = answer.context["asked"] if answer.context else _asked(answer)
        answer = browser.get(browser.post("/sso/consent", {"asked": signature, "decision": "allow"})["Location"])
        replayed = browser.get(browser.post("/sso/consent", {"asked": signature, "decision": "allow"})["Location"])
        assert replayed["Location"].startswith("/confirm/"), "the page of consent went around the proof"
    assert answered(answer)["code"]
    assert browser.get(address)["Location"].startswith("/confirm/"), "the request could be repeated"


def _asked(page):
    return page.content.decode().split('name="asked" value="')[1].split('"')[0]


def test_a_person_who_signs_in_for_a_request_is_not_asked_twice(party, account):
    browser = Client()
    asked, _ = party.ask(browser, prompt="login", max_age="0")
    where = urlsplit(asked["Location"])
    assert where.path == "/sign-in/"
    back = parse_qs(where.query)["next"][0]
    entered = browser.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD, "next": back})
    assert answered(browser.get(entered["Location"]))["code"]
    assert browser.get(entered["Location"])["Location"].startswith("/confirm/")


@pytest.mark.parametrize("given", [{"prompt": "none", "max_age": "0"}, {"prompt": "none", "max_age": "60"}])
def test_a_required_proof_is_an_error_if_no_page_may_be_shown(party, browser, given):
    proved(browser, 600, "password")
    assert answered(party.ask(browser, **given)[0])["error"] == "login_required"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "select_account"}, "account_selection_required"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"acr_values": "gold"}, "unmet_authentication_requirements"),
        ({"acr_values": "L2", "prompt": "none"}, "interaction_required"),
    ],
)
def test_an_unmet_requirement_is_an_error_and_never_ignored(party, browser, given, error):
    told = answered(party.ask(browser, **given)[0])
    assert (told["error"], told["state"]) == (error, "s-1")
    assert "code" not in told


def test_a_requested_level_is_reached_or_refused(party, browser, account):
    page, verifier = party.ask(browser, acr_values="L3 L1")
    text = page.content.decode()
    assert "实名等级 L1，您现在是 L0" in text
    assert "/account/level/?need=1&amp;next=%2Fsso%2Fauthorize" in text
    stayed = browser.post("/sso/consent", {"asked": _asked(page), "decision": "stay"})
    assert answered(stayed)["error"] == "unmet_authentication_requirements"
    signin.record_proof(account.subject_id, account_id=account.id, level=2, kind="carrier", actor=BY)
    given = browser.get(page.wsgi_request.get_full_path())
    tokens = party.exchange(answered(given)["code"], verifier).json()
    assert content(tokens)["acr"] == "L2"
    silent = party.ask(browser, acr_values="L2", prompt="none")[0]
    assert answered(silent)["code"]


def test_a_hint_for_another_person_does_not_sign_in_the_current_one(party, browser, account):
    other = identity.register_person(name="张磊", phone="13900000002", division_code="990102", actor=BY)
    identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    hint = party.sign_in(signed_in("zhanglei"))["id_token"]
    for prompt in ("none", None):
        assert answered(party.ask(browser, id_token_hint=hint, prompt=prompt)[0])["error"] == "login_required"
    own = party.sign_in(browser)["id_token"]
    assert answered(party.ask(browser, id_token_hint=own, prompt="none")[0])["code"]
    assert answered(party.ask(browser, id_token_hint="made-up", prompt="none")[0])["error"] == "login_required"
    assert party.ask(Client(), id_token_hint=hint)[0]["Location"].startswith("/sign-in/")


def test_a_silent_request_needs_no_earlier_token(city, browser):
    """The consent for this system counts, not tokens that the person has elsewhere."""
    first = Party(city.system(name="第一次来的系统"))
    assert answered(first.ask(browser, prompt="none")[0])["code"]


def test_discovery_names_levels_and_prompts():
    told = Client().get("/.well-known/openid-configuration").json()
    assert told["acr_values_supported"] == ["L0", "L1", "L2", "L3"]
    assert told["prompt_values_supported"] == ["none", "login", "consent"]
    assert {"auth_time", "acr", "amr"} <= set(told["claims_supported"])


def test_a_session_without_a_recorded_proof_is_asked_for_one(party, account):
    browser = Client()
    browser.force_login(account)
    assert clock.now() >= account.last_login
    assert party.ask(browser)[0]["Location"].startswith("/confirm/")
