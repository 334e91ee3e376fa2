"""Signing in at a system: what the system receives, and what it does not."""

import jwt
import pytest
from django.test import Client

from tongban.people.sso import signing

from .conftest import NUMBER, Party, answered

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]


def test_a_person_who_is_signed_in_is_not_asked_again(party, browser, account):
    answer, verifier = party.ask(browser)
    given = answered(answer)
    assert answer["Location"].startswith("https://gjj.example/callback?")
    assert given["state"] == "s-1"
    assert given["iss"] == signing.issuer()
    tokens = party.exchange(given["code"], verifier).json()
    assert tokens["token_type"] == "Bearer"
    told = party.userinfo(tokens["access_token"]).json()
    assert told["sub"] == str(account.subject_id)
    assert told["name"] == "李*敏"
    assert "number" not in told
    assert "phone_number" not in told


def test_the_id_token_is_signed_for_the_system_and_contains_no_personal_data(party, browser, account):
    tokens = party.sign_in(browser, scope="openid profile")
    keys = {key["kid"]: key for key in Client().get("/sso/keys").json()["keys"]}
    header = jwt.get_unverified_header(tokens["id_token"])
    content = jwt.decode(
        tokens["id_token"], jwt.PyJWK(keys[header["kid"]]).key, algorithms=["RS256"], audience=party.client_id
    )
    assert content["iss"] == signing.issuer()
    assert content["nonce"] == "n-1"
    assert content["acr"] == "L0"
    assert {"sid", "auth_time", "amr", "at_hash"} <= set(content)
    assert "name" not in content
    assert "acting_for" not in content


def test_a_person_returns_to_the_request_after_signing_in(party):
    answer, _ = party.ask(Client())
    assert answer["Location"].startswith("/sign-in/?next=/sso/authorize")


def test_a_system_gets_the_name_and_number_that_it_was_granted(city, browser):
    reasons = {"openid": "", "real-name": "办理提取", "number": "办理提取", "phone": "通知结果"}
    system = city.system(scopes=reasons)
    party = Party(system, city.secret(system))
    tokens = party.sign_in(browser, scope="openid real-name number phone")
    told = party.userinfo(tokens["access_token"]).json()
    assert (told["name"], told["number"], told["phone_number"]) == ("李文敏", NUMBER, "13900000001")


def test_a_scope_that_was_not_granted_is_refused(party, browser):
    answer, _ = party.ask(browser, scope="openid number")
    assert answered(answer)["error"] == "invalid_scope"


def test_prompt_none_reports_that_nobody_is_signed_in(party):
    answer, _ = party.ask(Client(), prompt="none")
    assert answered(answer)["error"] == "login_required"


def test_refreshing_issues_new_tokens(party, browser):
    tokens = party.sign_in(browser)
    fresh = party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert fresh["access_token"] != tokens["access_token"]
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert party.userinfo(fresh["access_token"]).status_code == 200


def test_introspection_describes_the_sign_in(party, browser, account):
    tokens = party.sign_in(browser)
    told = party.introspect(tokens["access_token"])
    assert told["active"] is True
    assert told["sub"] == str(account.subject_id)
    assert told["client_id"] == party.client_id
    assert told["scope"] == "openid profile"
    assert party.introspect("made-up") == {"active": False}


def test_a_service_gets_a_token_in_its_own_name(city, party, browser):
    service = city.system(
        name="公积金后台", kind="service", redirect_uris=[], scopes={"introspection": "查验令牌"}, duty=""
    )
    machine = Party(service, city.secret(service))
    token = machine.post("token", grant_type="client_credentials").json()
    assert token["scope"] == "introspection"
    assert "refresh_token" not in token
    assert machine.introspect(token["access_token"])["sub"] == service.client_id
    assert machine.introspect(party.sign_in(browser)["access_token"])["active"] is True
    assert party.post("token", grant_type="client_credentials").json()["error"] == "unauthorized_client"
