"""One sign-in opens two departments' systems, and one sign-out closes both: real processes, real browser."""

import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ui.testing import chromium
from tongban.people.sso.models import Connection

expect.set_options(timeout=30_000)


@pytest.fixture
def page():
    with chromium() as browser:
        yield browser.new_context(locale="zh-CN").new_page()


@pytest.mark.req("A1", "B2")
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_sign_in_opens_both_and_signing_out_closes_both(systems, provider, account, page):
    fund, estate = systems["housing_fund"], systems["real_estate"]
    page.goto(f"{fund.address}/my")
    assert page.url.startswith(f"{provider}/sign-in/")
    page.get_by_label("密码").first.wait_for()
    page.locator("[name=login_name]").fill("liwenmin")
    page.locator("[name=password]").fill("correct horse 9")
    page.get_by_role("button", name="登录", exact=True).first.click()
    expect(page.get_by_text("李文敏，您好")).to_be_visible()
    assert page.url == f"{fund.address}/my"

    page.goto(f"{estate.address}/my")  # nobody asks again
    expect(page.get_by_text("处不动产，没有查封")).to_be_visible()
    assert page.url == f"{estate.address}/my"

    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{estate.address}/")
    run_pending_jobs()
    assert set(Connection.objects.values_list("telling", flat=True)) == {"told"}
    for system in (fund, estate):
        page.goto(f"{system.address}/")
        expect(page.get_by_role("link", name="用通办账号登录")).to_be_visible()
        page.goto(f"{system.address}/my")
        assert page.url.startswith(f"{provider}/sign-in/")


class Visitor:
    """A browser, made with the standard library, that does not follow redirects."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    def __init__(self):
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar, self.Stay)

    def open(self, address, body=None):
        """Return (status, Location)."""
        try:
            with self.opener.open(address, urlencode(body).encode() if body else None, timeout=10) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location", "")


@pytest.mark.req("B2")
@pytest.mark.django_db(transaction=True)
def test_a_system_accepts_no_answer_that_it_did_not_ask_for(systems, provider):
    fund = systems["housing_fund"]
    visitor = Visitor()
    assert visitor.open(f"{fund.address}/callback?code=x&state=y&iss={provider}")[0] == 400, "nobody asked"
    for spoilt in ({"state": None}, {"state": "wrong"}, {"iss": None}, {"iss": "https://evil.example"}, {}):
        _, target = visitor.open(f"{fund.address}/my")
        asked = parse_qs(urlsplit(target).query)
        assert asked["nonce"]
        assert asked["code_challenge_method"] == ["S256"]
        answer = {"code": "made-up", "state": asked["state"][0], "iss": provider} | spoilt
        query = urlencode({name: value for name, value in answer.items() if value})
        assert visitor.open(f"{fund.address}/callback?{query}")[0] == 400, spoilt
    assert visitor.open(f"{fund.address}/backchannel-logout", {"logout_token": "ey.made.up"})[0] == 400
