"""A newcomer registers, raises her level, secures her account, and signs in by each method."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from playwright.sync_api import Page, expect

from tests.waiting import until

pytestmark = pytest.mark.browser
NAME, NUMBER, PHONE = "谢娟", "990121198306241222", "13900006163"
"""Of the demo's registers, without an account."""
SECRET = "chunjie-2026"
PERIOD = 30
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def code_sent_to(page: Page, address: str, phone: str) -> str:
    """Return the newest code on the demo's phone, once the worker has delivered it."""
    shown = page.context.new_page()
    message = shown.locator("li", has_text=phone).first

    def newest():
        shown.goto(f"{address}/demo/messages/")
        return message.count() and re.search(r"\b\d{6}\b", message.locator("p").inner_text())

    found = until(newest, every=0.5)
    shown.close()
    return found[0]


def app_shows(secret: str) -> str:
    """Return the code of an authenticator app (RFC 6238). It is valid in the following period too."""
    return f"{hotp_value(secret, int(time.time() // PERIOD)):06}"


@pytest.mark.req("B1", "B3")
def test_a_newcomer_registers_and_signs_in_by_passkey(page, city):
    address = city.address.replace("127.0.0.1", "localhost")  # passkeys need a host name, not an IP address

    # Registering: all errors are shown at once, and nothing typed is lost except the passwords.
    page.goto(f"{address}/register/")
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("公民身份号码").fill(NUMBER[:-1] + "3")
    page.get_by_label("手机号").fill("1390000")
    press(page, "获取验证码")
    expect(page.get_by_role("alert").get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_label("姓名")).to_have_value(NAME)
    page.get_by_label("公民身份号码").fill(NUMBER)
    page.get_by_label("手机号").fill(PHONE)
    for label in ("新密码", "再输一次新密码"):
        page.get_by_label(label, exact=True).fill(SECRET)
    press(page, "获取验证码")
    page.get_by_label("短信验证码").fill(code_sent_to(page, address, PHONE))
    press(page, "完成注册")

    # Her level: name and number, then the carrier's confirmation for L2.
    page.goto(f"{address}/account/level/")
    expect(page.locator("main")).to_contain_text("L1")
    press(page, "同意并核验")
    expect(page.locator("main")).to_contain_text("L2")

    # A second factor is added after signing in again; the recovery codes are shown.
    page.goto(f"{address}/account/totp/")
    page.get_by_label("登录密码").fill(SECRET)
    press(page, "确认")
    secret = page.locator("p", has_text="密钥").locator("strong").inner_text().replace(" ", "")
    page.locator("main input[name=code]").fill(app_shows(secret))
    press(page, "开通")
    codes = page.locator("ol.tb-codes li").all_inner_texts()
    assert len(codes) == 10

    # A passkey of this device.
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{address}/account/passkeys/add/")
    with page.expect_navigation():
        page.get_by_role("button", name="用这台设备添加").click()

    # Sign out and in: by password and a recovery code, which counts once; then by the passkey alone.
    press(page, "退出")
    for expected in (True, False):
        page.goto(f"{address}/sign-in/")
        page.get_by_label("账号").fill(PHONE)
        page.get_by_label("密码").fill(SECRET)
        press(page, "登录")
        page.locator("input[name=code]").fill(codes[0])
        press(page, "继续")
        signed_in = page.get_by_role("button", name="退出").count() > 0
        assert signed_in is expected, "a recovery code opens once"
        if signed_in:
            press(page, "退出")
    page.goto(f"{address}/sign-in/")
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.get_by_role("button", name="退出").first).to_be_attached()
