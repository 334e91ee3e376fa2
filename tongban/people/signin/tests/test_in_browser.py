"""Passkeys with Chromium's virtual authenticator, and axe's findings on the pages."""

import json
from pathlib import Path

import pytest

from tongban.foundation.ui.testing import chromium
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import NUMBER, PHONE

AXE = Path(__file__).resolve().parents[4] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page():
    with chromium() as browser:
        yield browser.new_context(viewport={"width": 390, "height": 844}).new_page()


@pytest.fixture
def device(page):
    """A phone with a screen lock that its holder opens."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp, made["authenticatorId"]


@pytest.fixture
def account():
    subject = identity.register_person(name="李文敏", number=NUMBER, phone=PHONE, division_code="990102", actor=BY)
    made = identity.open_account("liwenmin", password=PASSWORD, subject_id=subject.id, actor=BY)
    return identity.verify_phone(made.id, phone=PHONE, actor=BY)


def sign_in(page, address):
    page.goto(f"{address}/sign-in/")
    page.get_by_label("账号").fill("liwenmin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出").first.wait_for(state="attached")


def sign_out(page):
    page.get_by_role("button", name="退出").first.click()
    page.get_by_role("link", name="登录").first.wait_for(state="attached")


def confirm_by_sms(page):
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").wait_for()
    page.get_by_label("短信验证码").fill(code_sent_to(PHONE))
    page.get_by_role("button", name="确认，继续办理").click()
    page.wait_for_url(lambda address: "/confirm/" not in address)


@pytest.mark.req("B3")
def test_a_passkey_is_added_and_opens_the_account_without_a_password(live_server, page, device, account):
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/account/passkeys/add/")
    confirm_by_sms(page)
    page.get_by_role("button", name="用这台设备添加").click()
    page.get_by_role("heading", name="备用码").first.wait_for()
    sign_out(page)
    page.goto(f"{live_server.url}/sign-in/?next=/account/devices/")
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_role("heading", name="我的登录设备").wait_for()
    cdp, authenticator = device
    assert len(cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]) == 1
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    sign_out(page)
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_role("alert").filter(has_text="没有完成").wait_for()


@pytest.mark.req("A7")
def test_axe_finds_no_accessibility_errors(live_server, page, account):
    found = {}

    def look(path):
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate("getComputedStyle(document.querySelector('.tb-header')).backgroundColor") != ""
        page.evaluate(f"{AXE.read_text()}; 0")
        result = page.evaluate("axe.run().then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes[0].html])))")
        if json.loads(result):
            found[path] = result

    for path in ("/sign-in/", "/sign-in/code/", "/register/", "/forgotten/", "/demo/messages/"):
        look(path)
    sign_in(page, live_server.url)
    for path in ("/account/", "/account/devices/", "/account/level/?need=3", "/confirm/"):
        look(path)
    page.goto(f"{live_server.url}/account/totp/")
    confirm_by_sms(page)
    for path in ("/account/totp/", "/account/passkeys/add/", "/account/password/", "/account/close/"):
        look(path)
    assert found == {}
