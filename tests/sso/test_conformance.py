"""The endpoints over HTTP, used by an independent client library (authlib)."""

import json

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from django.conf import settings
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.sso.conftest import BACK, relying_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("B2")]


@pytest.fixture
def metadata(provider):
    found = OpenIDProviderMetadata(requests.get(get_well_known_url(provider, external=True), timeout=10).json())
    found.validate_issuer = lambda: None  # http on this machine; everything else is checked
    for name in list(found):
        if name.endswith(("_endpoint", "_uri")):
            assert found[name].startswith(f"{provider}/")
    return found


def agree(provider, account, address):
    """Follow the link in the person's browser, signed in at the portal, and return where it leads."""
    browser = Client()
    browser.post("/sign-in/", {"login_name": account.login_name, "password": "correct horse 9"})
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    answer = requests.get(address, cookies={settings.SESSION_COOKIE_NAME: cookie}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


@pytest.mark.req("G5")
def test_an_independent_library_completes_the_whole_protocol(provider, metadata, city, account):
    assert metadata["issuer"] == provider
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    system = city.system(redirect_uris=[BACK])
    client = relying_client(system, city.secret(system))
    verifier = "v" * 64
    address, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-1"
    )
    answer = agree(provider, account, address)
    tokens = client.fetch_token(
        metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
    )

    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
    read = jwt.decode(tokens["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    content = CodeIDToken(
        read.claims,
        read.header,
        {"iss": {"essential": True, "value": provider}, "aud": {"essential": True, "value": system.client_id}},
        {"nonce": "n-1", "client_id": system.client_id, "access_token": tokens["access_token"]},
    )
    content.validate()

    claims = client.get(metadata["userinfo_endpoint"]).json()
    assert claims["sub"] == content["sub"] == str(account.subject_id)

    before = tokens["refresh_token"]
    fresh = client.refresh_token(metadata["token_endpoint"])
    assert fresh["refresh_token"] != before

    seen = client.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"]).json()
    assert seen["active"]
    assert seen["iss"] == provider

    revoked = client.revoke_token(metadata["revocation_endpoint"], token=fresh["refresh_token"])
    assert revoked.status_code == 200
    gone = client.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"]).json()
    assert gone == {"active": False}


def test_a_system_acting_in_its_own_name_authenticates_by_secret_or_signature(metadata, city):
    key = RSAKey.generate_key(2048, {"kid": "k-1"})
    public = json.dumps({"keys": [key.as_dict(private=False)]})
    system = city.system(
        name="公积金后台", kind="service", redirect_uris=[], scopes={"introspection": "查验"}, keys=public
    )
    for method in ("client_secret_basic", "client_secret_post"):
        client = OAuth2Session(system.client_id, city.secret(system), token_endpoint_auth_method=method)
        assert client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")["access_token"]

    signing = OAuth2Session(
        system.client_id, key.as_pem(private=True).decode(), token_endpoint_auth_method="private_key_jwt"
    )
    signing.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg="RS256", headers={"kid": "k-1"}))
    token = signing.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert token["scope"] == "introspection"
