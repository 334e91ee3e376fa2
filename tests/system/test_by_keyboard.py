"""The newborn bundle from the home page to the receipt with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.system import story
from tests.system.keyboard import Keyboard

pytestmark = pytest.mark.browser
ANSWERS = {
    "名字": "安然",
    "寄到哪里": "云州市南湖区湖心街道水岸新村 2 栋 101 室",
    "开户银行": "云州银行南湖支行",
    "卡号": "6222000000000012345",
}


@pytest.mark.req("A7", "C3")
def test_a_mother_without_a_mouse_gets_a_receipt(page, city):
    keys = Keyboard(page)
    heading = page.get_by_role("heading", level=1)

    # Skip the menus, and reach the guide by the search.
    page.goto(city.address)
    assert keys.next().name == "跳到正文"
    keys.press("Enter")
    keys.go_to("", "input")
    keys.type("生孩子")
    keys.enter()
    keys.follow("新生儿出生", "a")
    expect(heading).to_have_text("新生儿出生一件事")

    # A wrong password first: the error has the focus and leads to its field; the name stays.
    keys.follow("开始办理", "a")
    keys.go_to("账号", "input")
    keys.type("zhaoxiaoyan")
    keys.go_to("密码", "input:password")
    keys.type("not-mine-2026")
    keys.enter()
    assert "密码" in keys.here().name
    expect(page.get_by_label("账号")).to_have_value("zhaoxiaoyan")
    keys.go_to("^登录密码|^密码", "input:password")
    keys.type(story.PASSWORD)
    keys.enter()

    # An empty page of questions says what is missing and leads there. Then it is answered.
    keys.follow("开始填写")
    keys.follow("下一步", "button")
    first = keys.next()
    assert first.kind.startswith("a"), first
    keys.press("Enter")
    assert keys.here().kind == "input:radio", "the error leads to its question"
    keys.press("Space")
    keys.fill_in(ANSWERS)

    # Page by page to the known data, the summary and the receipt.
    while heading.inner_text() != "核对并提交":
        keys.fill_in(ANSWERS)
    expect(heading).to_have_text("核对并提交")
    keys.go_to("我确认", "input:checkbox")
    keys.press("Space")
    keys.follow("确认并提交", "button")
    expect(heading).to_contain_text("已经提交")
    assert re.search(r"/applications/\w{22}/receipt/", page.url)
    keys.follow("进度", "a")
    expect(heading).to_contain_text("新生儿出生")
