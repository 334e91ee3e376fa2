"""Two browsers of one person, over HTTP, with an independent client library: each gets its own ID token."""

import re
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sso.conftest import BACK, relying_client
from tongban.people.identity import services as identity
from tongban.people.signin import services as signin
from tongban.people.signin.testing import code_sent_to
from tongban.people.sso.tests.conftest import BY

PHONE, PASSWORD, VERIFIER = "13900000001", "correct horse 9", "v" * 64
REGISTERED = {
    "face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc", "sms",
    "swk", "tel", "user", "vbm", "wia",
}  # fmt: skip
"""The registry of RFC 8176, section 6.1."""
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("B2")]


class Browser:
    """A browser that keeps cookies, submits the forms of a page, and stops before it leaves the portal."""

    def __init__(self, portal):
        self.portal, self.session = portal, requests.Session()

    def get(self, path):
        return self._settle(self.session.get(self.portal + path, allow_redirects=False, timeout=20))

    def submit(self, page, **typed):
        """Submit the first form of the page that has all these fields, with its hidden fields."""
        for form in re.findall(r"<form.*?</form>", page.text, re.S):
            names = set(re.findall(r'name="([^"]+)"', form))
            if 'method="post"' in form and set(typed) <= names:
                found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
                hidden = {name: unescape(value) for name, value in found}
                target = re.search(r'<form[^>]*action="([^"]+)"', form)
                where = self.portal + target[1] if target else page.url
                return self._settle(self.session.post(where, hidden | typed, allow_redirects=False, timeout=20))
        raise AssertionError(f"no form with {set(typed)} at {page.url}")

    def _settle(self, answer):
        """Follow redirects within the portal."""
        while answer.status_code in {302, 303}:
            target = answer.headers["Location"]
            if target.startswith("http") and not target.startswith(self.portal):
                break
            path = target.removeprefix(self.portal)
            answer = self.session.get(self.portal + path, allow_redirects=False, timeout=20)
        return answer

    def by_password(self):
        page = self.get("/sign-in/")
        self.submit(page, login_name="liwenmin", password=PASSWORD)
        return self

    def by_sms(self):
        """Sign in with a code alone, in a browser that the account trusts since an earlier sign-in."""
        self.by_password()
        self.submit(self.get("/account/"))  # the first form of the page signs out
        page = self.submit(self.get("/sign-in/code/"), phone=PHONE)
        self.submit(page, code=code_sent_to(PHONE))
        return self


class Relying:
    """A system that relies on the library's checks alone."""

    def __init__(self, provider, city):
        self.metadata = requests.get(get_well_known_url(provider, external=True), timeout=20).json()
        system = city.system(redirect_uris=[BACK])
        self.client = relying_client(system, city.secret(system))
        self.keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=20).json())

    def address(self, **given):
        address, self.state = self.client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-1", **given
        )
        return address

    def ask(self, browser, **given):
        """Return where the browser ends up after the request: on a page of the portal, or back at the system."""
        return browser.get(self.address(**given).removeprefix(browser.portal))

    def tokens(self, answer):
        return self.client.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=answer.headers["Location"],
            state=self.state,
            code_verifier=VERIFIER,
        )

    def read(self, tokens, **params):
        read = jwt.decode(tokens["id_token"], self.keys, algorithms=["RS256"])
        content = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": self.metadata["issuer"]},
                "aud": {"essential": True, "value": self.client.client_id},
                "auth_time": {"essential": True},
                "acr": {"essential": True, "values": self.metadata["acr_values_supported"]},
            },
            {"client_id": self.client.client_id, "access_token": tokens["access_token"], **params},
        )
        content.validate()
        assert set(content["amr"]) <= REGISTERED
        return content

    def error(self, answer):
        return parse_qs(urlsplit(answer.headers["Location"]).query)["error"][0]


@pytest.fixture
def relying(provider, city, account):
    identity.verify_phone(account.id, phone=PHONE, actor=BY)
    return Relying(provider, city)


def test_each_token_says_how_and_when_its_own_browser_was_authenticated(provider, relying, account):
    began = int(time.time())
    home = Browser(provider).by_password()
    first = relying.read(relying.tokens(relying.ask(home)), nonce="n-1")
    phone = Browser(provider).by_sms()
    second = relying.read(relying.tokens(relying.ask(phone)), nonce="n-1")
    again = relying.read(relying.tokens(relying.ask(home)), nonce="n-1")
    assert (first["amr"], second["amr"], again["amr"]) == (["pwd"], ["sms"], ["pwd"])
    assert first["sub"] == second["sub"] == str(account.subject_id)
    assert first["sid"] == again["sid"] != second["sid"]
    assert began <= first["auth_time"] == again["auth_time"] <= second["auth_time"]


def test_a_proof_in_one_browser_changes_only_that_browser(provider, relying):
    home, phone = Browser(provider).by_password(), Browser(provider).by_sms()
    before = relying.tokens(relying.ask(home))
    old = relying.read(before, nonce="n-1")
    page = relying.ask(home, prompt="login")
    assert urlsplit(page.url).path == "/confirm/"
    assert urlsplit(relying.ask(home, prompt="login").url).path == "/confirm/", "asking again went by"
    page = relying.ask(home, prompt="login", max_age=0)
    answer = home.submit(page, password=PASSWORD)
    new = relying.read(relying.tokens(answer), nonce="n-1", max_age=60)
    assert new["auth_time"] >= old["auth_time"]
    other = relying.read(relying.tokens(relying.ask(phone)), nonce="n-1")
    assert other["amr"] == ["sms"]
    assert other["auth_time"] <= new["auth_time"]
    fresh = relying.client.refresh_token(relying.metadata["token_endpoint"], refresh_token=before["refresh_token"])
    assert relying.read(fresh)["auth_time"] == old["auth_time"], "refreshing renewed the time of the sign-in"


def test_without_a_page_a_system_learns_what_is_missing(provider, relying, account):
    nobody, home = Browser(provider), Browser(provider).by_password()
    assert relying.error(relying.ask(nobody, prompt="none")) == "login_required"
    assert relying.error(relying.ask(home, prompt="none", max_age=0)) == "login_required"
    assert relying.error(relying.ask(home, prompt="none", acr_values="L2")) == "interaction_required"
    signin.record_proof(account.subject_id, account_id=account.id, level=2, kind="carrier", actor=BY)
    content = relying.read(relying.tokens(relying.ask(home, prompt="none", acr_values="L2")), nonce="n-1")
    assert content["acr"] == "L2"
