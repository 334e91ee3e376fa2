"""A mandate from grant to end. Each person has their own phone of 320 px, without scripts."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.system import story
from tests.system.test_joining import code_sent_to, press

pytestmark = pytest.mark.browser
PRINCIPAL, HER_PHONE = "luofang", "13900004657"
HELPER, HELPERS_NUMBER, HELPERS_PHONE = "huyue", "990104200512161227", "13900002412"


@contextmanager
def small_phone(browser):
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def prove(page: Page, address: str, phone: str) -> None:
    """Give the code from the phone; the password is still fresh from signing in."""
    press(page, "获取验证码")
    page.get_by_label("短信验证码").fill(code_sent_to(page, address, phone))
    press(page, "确认，继续办理")


def expect_message(page: Page, words: str) -> None:
    expect(page.locator(".tb-message").first).to_contain_text(words)


@pytest.mark.req("B4")
def test_a_mandate_is_granted_used_seen_and_ended(browser, city):
    with small_phone(browser) as she, small_phone(browser) as helper:
        story.sign_in(she, city.address, PRINCIPAL)
        she.goto(f"{city.address}/mandates/new/")
        she.locator("label", has_text="帮代办").first.click()
        she.get_by_label("对方的姓名").fill("胡月")
        she.get_by_label("对方的公民身份号码").fill(HELPERS_NUMBER)
        press(she, "授权")
        prove(she, city.address, HER_PHONE)

        # A wrong name is refused at the form's own address, with everything that was typed; the form works from there.
        expect(she.get_by_role("alert")).to_contain_text("姓名和号码对不上")
        assert she.url == f"{city.address}/mandates/new/"
        expect(she.get_by_label("对方的公民身份号码")).to_have_value(HELPERS_NUMBER)
        she.get_by_label("对方的姓名").fill("胡悦")
        press(she, "授权")
        expect_message(she, "已授权给胡")

        story.sign_in(helper, city.address, HELPER)
        helper.goto(f"{city.address}/mandates/")
        helper.get_by_role("link", name=re.compile("看看并答复.*罗")).click()
        press(helper, "接受")
        prove(helper, city.address, HELPERS_PHONE)
        expect_message(helper, "已接受")
        helper.goto(f"{city.address}/acting-for/")
        helper.locator("main label", has_text="罗").first.click()
        press(helper, "切换")
        helper.goto(f"{city.address}/apply/item/HJ-09/")
        press(helper, "开始填写")
        expect(helper.locator(".tb-acting")).to_contain_text("罗")

        she.goto(f"{city.address}/mandates/acts/")
        expect(she.get_by_role("table")).to_contain_text("胡")
        she.goto(f"{city.address}/mandates/")
        she.get_by_role("link", name=re.compile("取消授权")).first.click()
        press(she, "确认取消授权")
        expect_message(she, "已结束")
        helper.reload()
        expect(helper.locator(".tb-acting")).to_have_count(0)
