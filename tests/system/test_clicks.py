"""Field case: the newborn bundle took 22 clicks on 14 pages, 无犯罪记录证明 9 clicks on 10 pages.

A browser counts what a person with a mouse clicks, also into text fields, and which pages they see.
It fails above the aim.
"""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.system import story

pytestmark = [pytest.mark.browser, pytest.mark.req("A4")]
NEWBORN_CLICKS, NEWBORN_PAGES = 14, 7
NO_CRIME_CLICKS, NO_CRIME_PAGES = 4, 3
SCREENS = {1280: 800, 390: 844}
COUNT = 'addEventListener("pointerdown", (event) => { if (event.isTrusted) window.countClick(); }, true);'
"""Counts what a person presses. A `click` would count a label's control too, and a form that is sent by Enter."""


class Counter:
    """Counts a person's clicks and the pages that they are shown."""

    def __init__(self, context: BrowserContext) -> None:
        self.clicks = 0
        self.pages: list[str] = []
        context.expose_function("countClick", self._click)
        context.add_init_script(COUNT)
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)

    def _click(self) -> None:
        self.clicks += 1

    def begin(self) -> None:
        """Count from here; the page that is open now is the first."""
        self.clicks, self.pages = 0, [self.page.url]
        self.page.on("load", lambda page: self.pages.append(page.url))


@pytest.fixture(params=[1280, 390])
def counter(request, browser):
    width = request.param
    context = browser.new_context(viewport={"width": width, "height": SCREENS[width]}, locale="zh-CN")
    yield Counter(context)
    context.close()


def expect_in_first_screen(page: Page, name: str) -> None:
    """The link or button is inside the first screen of both sizes, without scrolling."""
    before = page.viewport_size
    for width, height in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        box = page.get_by_role("link", name=name).first.bounding_box()
        assert box, name
        assert box["y"] >= 0, (name, box)
        assert box["y"] + box["height"] <= height, (name, width, box)
    page.set_viewport_size(before)


def test_field_case_the_newborn_bundle_takes_at_most_14_clicks(counter, city):
    page = counter.page
    login = "zhengsiyu" if page.viewport_size["width"] == 390 else "zhoujing"
    story.sign_in(page, city.address, login)
    page.goto(city.address)
    counter.begin()
    page.locator(".tb-bundles").get_by_role("link", name=re.compile("新生儿出生")).first.click()
    page.get_by_role("button", name="开始办理").first.click()
    story.answer_the_questions(page)
    story.fill_the_pages(page)
    story.check_and_submit(page)
    expect_in_first_screen(page, "查看进度")
    print(f"newborn bundle: {counter.clicks} clicks, {len(counter.pages)} pages")
    assert counter.clicks <= NEWBORN_CLICKS, counter.clicks
    assert len(counter.pages) <= NEWBORN_PAGES, counter.pages


def test_field_case_a_certificate_of_no_criminal_record_takes_at_most_4_clicks(counter, city):
    page = counter.page
    login = "zhengsiyu" if page.viewport_size["width"] == 390 else "chenyutong"  # a second one would be 再办一份
    story.sign_in(page, city.address, login)
    page.goto(f"{city.address}/items/HJ-10/")
    counter.begin()
    page.get_by_role("button", name="开始办理").first.click()
    story.type_into(page.get_by_label("证明用途"), "云江区第一小学，入学报名")
    story.agree(page)
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已经提交")
    expect_in_first_screen(page, "查看进度")
    print(f"no criminal record: {counter.clicks} clicks, {len(counter.pages)} pages")
    assert counter.clicks <= NO_CRIME_CLICKS, counter.clicks
    assert len(counter.pages) <= NO_CRIME_PAGES, counter.pages
