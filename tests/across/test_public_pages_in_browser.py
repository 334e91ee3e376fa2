"""Public pages in a browser: at 320 px, at a text size of 200 %, by keyboard, and by axe's rules."""

from pathlib import Path

import pytest

from tests.system.keyboard import Keyboard
from tongban.foundation.ui.testing import chromium
from tongban.handling.catalog.tests.conftest import departments, loaded

__all__ = ["departments", "loaded"]
pytestmark = pytest.mark.django_db(transaction=True)
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/", "/help/", "/en/help/", "/privacy/", "/en/privacy/", "/accessibility/", "/en/accessibility/", "/halls/",
    "/items/", "/bundles/", "/search/", "/search/?q=水费", "/search/?q=我的办件", "/search/?q=量子纠缠",
    "/search/?q=护照",
    "/no-such-page/",
)  # fmt: skip
SKYLINE = {1280: 340, 390: 225, 320: 225}
"""Pixels above the lower edge of the picture up to which houses and bridges reach, by the width of the window."""


@pytest.fixture
def page(live_server, loaded):
    with chromium() as browser:
        context = browser.new_context(locale="zh-CN", base_url=live_server.url, viewport={"width": 320, "height": 700})
        yield context.new_page()
        context.close()


def test_every_public_page_fits_320_px_and_axe_finds_nothing(page, live_server):
    titles = {}
    for edition in ("", "1"):
        page.context.add_cookies([{"name": "elder", "value": edition, "url": live_server.url}])
        for address in PAGES:
            page.goto(address)
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert sideways <= 0, (address, edition, sideways)
            page.evaluate(f"{AXE.read_text()}; 0")
            found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
            assert found == [], (address, edition, found)
            titles.setdefault(page.title(), set()).add(address)
    assert {title: pages for title, pages in titles.items() if len(pages) > 1} == {}


def test_the_way_through_a_page_of_text_shows_the_focus_at_each_stop(page):
    page.goto("/help/")
    keyboard = Keyboard(page)
    assert keyboard.next().name == "跳到正文"
    keyboard.go_to("手机丢了")
    page.keyboard.press("Enter")
    assert page.url.endswith("#lost-phone")
    keyboard.go_to("隐私政策")
    keyboard.enter()
    assert page.title().startswith("隐私政策")


@pytest.mark.parametrize("width", SKYLINE)
@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_that_is_read_lies_over_the_skyline(page, width, scale):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    page.evaluate(f"document.documentElement.style.fontSize = '{scale}%'")
    free = page.evaluate(
        """() => {
          const below = document.querySelector('.home-scene').getBoundingClientRect().bottom;
          const read = [...document.querySelectorAll('.home-hero h1, .home-sub, .home-hot a')];
          return Math.min(...read.map((one) => below - one.getBoundingClientRect().bottom));
        }"""
    )
    assert free >= SKYLINE[width], "frequent links lie over the skyline"
    covered = page.evaluate(
        """() => [...document.querySelectorAll('.home-hot a')].filter((one) => {
          const box = one.getBoundingClientRect();
          const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return there && there !== one;
        }).map((one) => one.innerText)"""
    )
    assert covered == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_suggestions_are_not_cut_off_by_the_hero(page, width):
    page.set_viewport_size({"width": width, "height": 1100})
    page.goto("/")
    page.fill("#q", "证")
    page.wait_for_selector(".tb-suggest li")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.tb-suggest li')].filter((one) => {
          const box = one.getBoundingClientRect();
          return one !== document.elementFromPoint(box.left + 4, box.bottom - 4);
        }).map((one) => one.innerText)"""
    )
    assert hidden == []
