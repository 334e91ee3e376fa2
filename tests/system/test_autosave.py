"""Field cases: autosave did not try again when the network was back, and an older tab overwrote the newer one."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.system import story

pytestmark = [pytest.mark.browser, pytest.mark.req("A4")]
WHO = "linjiayi"


@pytest.fixture
def context(browser):
    one = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield one
    one.close()


@pytest.fixture
def form(context, city):
    """Return the page for the child's name, in the mother's own draft."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    story.sign_in(page, city.address, WHO)
    page.goto(f"{city.address}/bundles/birth/")
    again = page.get_by_role("link", name="接着填上次的")  # all tests here go on with one draft
    page.get_by_role("button", name="开始办理").or_(again).first.click()
    if page.get_by_role("heading", level=1).inner_text() == "先回答几个问题":
        story.answer_the_questions(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("宝宝和落户")
    return page


def note_of(page: Page):
    return page.locator("p[data-autosave]")


def test_field_case_what_is_typed_without_a_connection_is_saved_when_it_is_back(form: Page, context: BrowserContext):
    context.set_offline(True)
    form.get_by_label("宝宝的名字").fill("知远")
    expect(note_of(form)).to_have_text("未保存，网络恢复后自动保存")
    expect(note_of(form)).to_have_attribute("role", "status")

    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    form.close(run_before_unload=True)
    form.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(form.get_by_label("宝宝的名字")).to_have_value("知远")

    form.get_by_role("button", name="保存，下一步").click()  # the browser stays on the page
    expect(form.get_by_label("宝宝的名字")).to_have_value("知远")
    assert form.evaluate("localStorage.length + sessionStorage.length") == 0

    context.set_offline(False)
    expect(note_of(form)).to_contain_text("已保存")
    form.reload()
    expect(form.get_by_label("宝宝的名字")).to_have_value("知远")
    assert asked == ["beforeunload"]


def test_a_failing_server_is_asked_again(form: Page):
    failures = [503, 502]
    tries = []

    def answer(route):
        if route.request.headers.get("x-autosave"):
            tries.append(route.request.method)
            if failures:
                route.fulfill(status=failures.pop(0), body="")
                return
        route.continue_()

    form.route("**/child/", answer)
    form.get_by_label("宝宝的名字").fill("知行")
    expect(note_of(form)).to_have_text("未保存，网络恢复后自动保存")
    expect(note_of(form)).to_contain_text("已保存")
    assert len(tries) == 3


def test_field_case_the_older_tab_is_told_and_may_choose(form: Page, context: BrowserContext):
    older = context.new_page()
    older.set_default_timeout(30_000)
    older.goto(form.url)
    form.get_by_label("宝宝的名字").fill("知安")
    expect(note_of(form)).to_contain_text("已保存")
    older.get_by_label("宝宝的名字").fill("知宁")
    expect(note_of(older)).to_contain_text("另一个窗口改过这一页")
    older.get_by_role("button", name="保存，下一步").click()
    expect(older.get_by_role("alert")).to_contain_text("那边存的：知安；这里填的：知宁")
    expect(older.get_by_label("宝宝的名字")).to_have_value("知宁")
    older.get_by_role("link", name="打开那边存的").click()
    expect(older.get_by_label("宝宝的名字")).to_have_value("知安")
    older.close()
