"""Attacks on the provider, which all fail."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.foundation.testing import together
from tongban.people.identity import services as identity
from tongban.people.sso.models import Connection
from tongban.people.sso.openid import limits
from tongban.trust.ledger import queries as ledger

from .conftest import BACK, BY, Party, answered

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]


# Codes


def test_a_code_is_used_once_and_a_second_use_ends_the_sign_in(party, browser):
    code, verifier = party.code(browser)
    tokens = party.exchange(code, verifier).json()
    assert party.userinfo(tokens["access_token"]).status_code == 200
    again = party.exchange(code, verifier)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.introspect(tokens["refresh_token"]) == {"active": False}
    entries = ledger.entries_of(Connection.objects.get().id)
    assert [e.type for e in entries][-1] == "sso.TokenReplayed"
    assert entries[-1].payload["kind"] == "code"


def test_a_code_is_useless_to_another_system(city, party, browser):
    other = city.system(name="另一个系统")
    code, verifier = party.code(browser)
    stolen = Party(other, city.secret(other)).exchange(code, verifier)
    assert stolen.json()["error"] == "invalid_grant"
    assert party.exchange(code, verifier).status_code == 200  # the thief's attempt did not invalidate it


def test_a_code_is_valid_for_a_minute(party, browser):
    code, verifier = party.code(browser)
    with clock.at_moment(clock.now() + timedelta(seconds=61)):
        assert party.exchange(code, verifier).json()["error"] == "invalid_grant"


def test_a_code_must_be_exchanged_with_the_address_it_was_sent_to(city, browser):
    second = "https://gjj.example/other"
    system = city.system(redirect_uris=[BACK, second])
    party = Party(system, city.secret(system))
    code, verifier = party.code(browser)
    assert party.exchange(code, verifier, redirect_uri=second).status_code == 400


# PKCE


@pytest.mark.parametrize(
    "given",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": "short"},
    ],
)
def test_a_confidential_system_gets_no_code_without_s256(party, browser, given):
    answer, _ = party.ask(browser, **given)
    assert answered(answer)["error"] == "invalid_request"
    assert "code" not in answered(answer)


def test_a_public_system_gets_no_code_without_s256(city, browser):
    native = Party(city.system(kind="native"))
    answer, _ = native.ask(browser, code_challenge=None, code_challenge_method=None)
    assert answered(answer)["error"] == "invalid_request"
    assert native.sign_in(browser)["access_token"]


@pytest.mark.parametrize(
    ("verifier", "error"), [(None, "invalid_request"), ("", "invalid_grant"), ("x" * 64, "invalid_grant")]
)
def test_a_code_needs_the_right_verifier(party, browser, verifier, error):
    code, right = party.code(browser)
    refused = party.exchange(code, verifier)
    assert refused.json()["error"] == error
    assert party.exchange(code, right).json()["error"] == "invalid_grant"  # one try, so that none can be guessed


def test_the_challenge_itself_is_not_accepted_as_verifier(party, browser):
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    code, _ = party.code(browser, code_challenge=challenge)
    assert party.exchange(code, challenge).json()["error"] == "invalid_grant"


# Redirect addresses


@pytest.mark.parametrize(
    "address",
    [
        f"{BACK}/more",
        f"{BACK}?next=https://evil.example/",
        f"{BACK}#part",
        f"{BACK}/../evil",
        "https://GJJ.example/callback",
        "https://gjj.example/Callback",
        "https://gjj.example:444/callback",
        "https://gjj.example@evil.example/callback",
        "https://user@gjj.example/callback",
        "https://gjj.example.evil.example/callback",
        "http://gjj.example/callback",
        "https://evil.example/callback",
        "//gjj.example/callback",
        "javascript:alert(1)",
        "",
    ],
)
def test_only_registered_addresses_get_an_answer(party, browser, address):
    for asker in (browser, Client()):
        answer, _ = party.ask(asker, redirect_uri=address)
        assert answer.status_code == 400
        assert "Location" not in answer


def test_two_redirect_addresses_in_one_request_are_refused(party, browser):
    answer, _ = party.ask(browser)
    query = urlencode({"client_id": party.client_id, "redirect_uri": BACK, "response_type": "code"})
    assert browser.get(f"/sso/authorize?{query}&redirect_uri=https://evil.example/").status_code == 400


def test_an_error_is_sent_to_the_registered_address_only(party, browser):
    answer, _ = party.ask(browser, response_type="token")
    assert answer["Location"].startswith(BACK)
    answer, _ = party.ask(browser, response_type="token", redirect_uri="https://evil.example/")
    assert answer.status_code == 400


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "code id_token", "none", None])
def test_tokens_never_travel_through_the_browser(party, browser, response_type):
    answer, _ = party.ask(browser, response_type=response_type)
    assert "access_token" not in answer.get("Location", "")
    assert "error" in answered(answer)


@pytest.mark.parametrize("name", ["request", "request_uri", "registration"])
def test_an_unsupported_request_parameter_is_refused(party, browser, name):
    answer, _ = party.ask(browser, **{name: "https://evil.example/"})
    assert answered(answer)["error"] == f"{name}_not_supported"


def test_every_answer_names_the_provider_so_that_a_mix_up_is_detected(party, browser):
    for given in ({}, {"scope": "openid number"}, {"prompt": "none"}):
        answer, _ = party.ask(browser, **given)
        assert answered(answer)["iss"] == Client().get("/.well-known/openid-configuration").json()["issuer"]


# Tokens


def test_reusing_a_refresh_token_revokes_all_its_successors(party, browser):
    first = party.sign_in(browser)
    second = party.post("token", grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    replayed = party.post("token", grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert replayed.json()["error"] == "invalid_grant"
    assert party.post("token", grant_type="refresh_token", refresh_token=second["refresh_token"]).status_code == 400
    for token in (first["access_token"], second["access_token"]):
        assert party.userinfo(token).status_code == 401


def test_a_token_of_one_system_is_useless_to_another(city, party, browser):
    other_system = city.system(name="另一个系统")
    other = Party(other_system, city.secret(other_system))
    tokens = party.sign_in(browser)
    assert other.introspect(tokens["access_token"]) == {"active": False}
    assert other.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    assert other.post("revoke", token=tokens["access_token"]).status_code == 200
    assert party.userinfo(tokens["access_token"]).status_code == 200, "another system could revoke it"


def test_refreshing_does_not_widen_the_scope(party, browser):
    tokens = party.sign_in(browser, scope="openid")
    wider = party.post(
        "token", grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid profile"
    )
    assert wider.json()["error"] == "invalid_scope"


def test_tokens_expire(party, browser):
    tokens = party.sign_in(browser)
    with clock.at_moment(clock.now() + timedelta(minutes=31)):
        assert party.userinfo(tokens["access_token"]).status_code == 401
        assert party.introspect(tokens["access_token"]) == {"active": False}
        fresh = party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert fresh.status_code == 200
    with clock.at_moment(clock.now() + timedelta(hours=9)):
        late = party.post("token", grant_type="refresh_token", refresh_token=fresh.json()["refresh_token"])
        assert late.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("name", ["refresh_token", "id_token"])
def test_only_an_access_token_opens_userinfo(party, browser, name):
    assert party.userinfo(party.sign_in(browser)[name]).status_code == 401


def test_a_token_in_an_address_is_not_accepted(party, browser):
    token = party.sign_in(browser)["access_token"]
    assert Client().get("/sso/userinfo", {"access_token": token}).status_code == 401


def test_revoking_the_refresh_token_revokes_its_successors(party, browser):
    tokens = party.sign_in(browser)
    assert party.post("revoke", token=tokens["refresh_token"]).status_code == 200
    assert party.userinfo(tokens["access_token"]).status_code == 401


def test_a_closed_account_has_no_valid_tokens(party, browser, account):
    tokens = party.sign_in(browser)
    account.is_active = False
    account.save()
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.introspect(tokens["access_token"]) == {"active": False}
    assert party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400


def test_a_person_who_loses_the_right_to_act_for_a_firm_loses_it_at_systems_too(party, browser, account):
    body = "91990102MA0000015"
    firm = identity.register_organisation(
        name="云江科技有限公司", number=f"{body}{credit_code_check(body)}", division_code="990102", actor=BY
    )
    identity.entitle_representative(firm.id, person_id=account.subject_id, actor=BY)
    session = browser.session
    session["principal"] = str(firm.id)
    session.save()
    tokens = party.sign_in(browser)
    told = party.userinfo(tokens["access_token"]).json()
    assert told["acting_for"] == {"sub": str(firm.id), "name": firm.name, "number": firm.number}
    identity.end_representation(firm.id, person_id=account.subject_id, reason="换人", actor=BY)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.introspect(tokens["access_token"]) == {"active": False}


# Authentication of clients


def test_a_client_that_does_not_authenticate_gets_nothing(party, browser):
    tokens = party.sign_in(browser)
    for path, data in (
        ("introspect", {"token": tokens["access_token"]}),
        ("revoke", {"token": tokens["access_token"]}),
        ("token", {"grant_type": "client_credentials"}),
        ("token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}),
    ):
        for more in ({}, {"client_secret": "wrong"}, {"client_secret": ""}):
            refused = Client().post(f"/sso/{path}", data | {"client_id": party.client_id} | more)
            assert refused.status_code == 401, (path, more)
            assert refused.json()["error"] == "invalid_client"


def test_a_public_system_cannot_introspect_tokens(city, browser):
    native = Party(city.system(kind="native"))
    tokens = native.sign_in(browser)
    assert native.post("introspect", token=tokens["access_token"]).status_code == 401
    assert native.post("revoke", token=tokens["access_token"]).status_code == 200


def test_two_client_authentication_methods_at_once_are_refused(party):
    asked = party.post("introspect", headers=party.basic(), token="x", client_secret=party.secret)
    assert asked.status_code == 401


def test_failures_lock_out_their_own_address_only(party, browser):
    code, verifier = party.code(browser)
    wrong = Party(party.system, "tbs_wrong")
    for _ in range(limits.FAILURES):
        assert wrong.post("introspect", token="x").status_code == 401
    assert party.post("introspect", token="x").status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/sso/introspect", {"token": "x"}, headers=party.basic()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_parallel_failures_are_all_counted(party):
    wrong = Party(party.system, "tbs_wrong")
    together(*[lambda: wrong.post("introspect", token="x")] * limits.FAILURES)
    assert party.post("introspect", token="x").status_code == 429


def test_the_password_grant_is_refused(party):
    refused = party.post("token", grant_type="password", username="liwenmin", password="correct horse 9")
    assert refused.json()["error"] == "invalid_grant"


def test_the_endpoints_for_systems_accept_neither_cookies_nor_get(party, browser):
    for path in ("token", "introspect", "revoke"):
        assert browser.get(f"/sso/{path}").status_code == 405
    assert browser.get("/sso/userinfo").status_code == 401
    assert Client().get("/identity/o/device").status_code == 404, "the device flow is off"


def test_secrets_codes_and_tokens_are_stored_as_digests(party, browser):
    from django.db import connection

    code, verifier = party.code(browser)
    tokens = party.exchange(code, verifier).json()
    kept = ""
    with connection.cursor() as cursor:
        for table in ("sso_code", "sso_secret", "allauth_idp_oidc_token", "allauth_idp_oidc_client", "ledger_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += str(cursor.fetchall())
    for text in (code, verifier, party.secret, tokens["access_token"], tokens["refresh_token"]):
        assert text not in kept
