"""The newborn bundle from the home page to nine results and a rating, in a real browser on a running city.

axe checks every page on the way at 1280 and 390 px. If TONGBAN_PICTURES names a folder, the manual's pictures are
written there.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.system import story

ROOT = Path(__file__).resolve().parents[2]
SIZES = {1280: 900, 390: 844}
GROUNDS = {"rgb(242, 245, 250)", "rgb(233, 238, 246)"}
"""Background colours of the citizens' and the officers' pages. A page without its style sheet has neither."""
pytestmark = pytest.mark.browser


def look_at(page: Page, name: str = "") -> None:
    """Check a page at both sizes: it has its style, does not scroll sideways, and axe finds nothing."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_load_state()
        ground = page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
        assert ground in GROUNDS, f"the style sheet was not applied on {page.url}: {ground}"
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{page.url} scrolls sideways by {sideways} px at {width} px"
        if name and (folder := os.environ.get("TONGBAN_PICTURES")):
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=width == 1280)
        page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        said = [f"{v['id']}: {v['help']} at {v['nodes'][0]['target']}" for v in found]
        assert not said, f"{page.url} at {width} px: {said}"
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.req("A4", "A7", "C3", "E1")
def test_a_parent_gets_nine_results_with_one_form(page, city):
    # Home page, guide, sign-in.
    page.goto(city.address)
    look_at(page, "home")
    page.goto(f"{city.address}/bundles/birth/")
    look_at(page, "guide")
    page.goto(f"{city.address}/sign-in/")
    look_at(page)
    story.sign_in(page, city.address, "liwenmin")

    # One form, one topic per page, and no question about known data.
    story.open_the_bundle(page, city.address)
    look_at(page)
    story.answer_the_questions(page)
    expect(page.get_by_text("云州市妇幼保健院").first).to_be_visible()
    look_at(page, "apply")
    story.fill_the_pages(page)
    look_at(page, "check")
    expect(page.locator("input[type=file]")).to_have_count(0)
    number = story.check_and_submit(page)
    look_at(page, "receipt")

    # Six cases are decided while the parent watches; the page updates by itself.
    story.open_progress(page, city.address, number)
    expect(page.get_by_text("系统依规则自动办结").nth(5)).to_be_visible(timeout=60_000)
    look_at(page, "progress")

    # The other three are decided at their desks.
    page.context.clear_cookies()
    story.sign_in(page, city.address, "ybj.window")
    page.goto(f"{city.address}/desk/")
    look_at(page, "desk")
    page.get_by_role("table").get_by_role("link", name=re.compile("生育医疗费")).last.click()
    look_at(page, "case")
    for item, logins in (
        ("社会保障卡申领", story.OFFICERS["人社局"]),
        ("生育医疗费", story.OFFICERS["医保局"]),
        ("育儿补贴申领", story.OFFICERS["卫健委"]),
    ):
        for login in logins:
            story.work_on(page, city.address, login, item)
    look_at(page)
    page.goto(f"{city.address}/desk/done/")
    look_at(page)

    # Nine results, each in the wallet and verifiable by anybody. Then the rating.
    page.context.clear_cookies()
    story.sign_in(page, city.address, "liwenmin")
    story.open_progress(page, city.address, number)
    expect(page.get_by_text("全部办好了")).to_be_visible()
    results = page.get_by_role("complementary").get_by_role("link", name="签发")
    expect(results).to_have_count(9)
    look_at(page, "progress-done")
    results.nth(2).click()
    page.wait_for_url("**/wallet/*/")
    look_at(page, "licence")
    page.goto(f"{city.address}/wallet/")
    look_at(page, "wallet")
    page.goto(f"{city.address}/my/")
    look_at(page, "my")
    story.rate(page, city.address, number)
    look_at(page, "rating")


@pytest.mark.req("A7")
def test_the_public_pages_are_accessible_at_both_sizes(page, city):
    for path in ("/items/", "/items/HJ-01/", "/items/QY-01/", "/bundles/", "/search/?q=落户", "/search/?q=不存在的词",
                 "/verify/", "/design/", "/nowhere/"):  # fmt: skip
        page.goto(city.address + path)
        look_at(page)


@pytest.mark.req("A6")
def test_the_elders_edition_is_accessible_and_its_targets_are_large(page, city):
    page.goto(city.address + "/verify/")
    page.get_by_role("link", name="长者版", exact=True).first.click()
    for path in ("/", "/bundles/birth/", "/items/HJ-01/", "/search/?q=养老金", "/sign-in/", "/nowhere/"):
        page.goto(city.address + path)
        look_at(page, "elder" if path == "/" else "")
        low = "[...document.querySelectorAll('.tb-btn, main .govuk-input')].filter(e => e.checkVisibility())"
        heights = page.evaluate(f"{low}.map(e => e.getBoundingClientRect().height)")
        assert heights, path
        assert min(heights) >= 60, (path, heights)
    page.get_by_role("link", name="退出长者版").first.click()
    expect(page.get_by_role("link", name="长者版", exact=True)).to_be_visible()


def test_the_form_works_without_scripts_and_says_what_to_correct(browser, city):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.set_default_timeout(30_000)
    story.sign_in(page, city.address, "chenyutong")
    page.goto(f"{city.address}/apply/bundle/birth/")
    page.get_by_role("button", name="开始填写").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("先回答几个问题")
    story.answer_the_questions(page)
    page.get_by_label("宝宝的名字").fill("知yi")
    story.press_continue(page)
    assert page.title().startswith("错误：")
    expect(page.get_by_text("“宝宝的名字”只能用汉字").first).to_be_visible()
    expect(page.get_by_label("宝宝的名字")).to_have_value("知yi")
    context.close()
