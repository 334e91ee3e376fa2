"""The steps of the newborn journey in a browser: what the parent and the officers do."""

import re

from playwright.sync_api import Locator, Page, expect

PASSWORD = "yunzhou-2026"


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出").first).to_be_attached()


def choose(page: Page, question: str, answer: str) -> None:
    """Click the label, as a person does, because it covers the radio button."""
    group = page.get_by_role("group", name=question)
    group.locator("label", has_text=re.compile(rf"^\s*{answer}")).first.click()


def type_into(field: Locator, text: str) -> None:
    """Type as somebody with a mouse does: click into the field first, unless the cursor is there already."""
    if not field.evaluate("(field) => field === document.activeElement"):
        field.click()
    field.fill(text)


def press_continue(page: Page) -> None:
    page.get_by_role("button", name="保存，下一步").click()


def open_the_bundle(page: Page, address: str) -> None:
    """From the home page by the guide to the first page of the form."""
    page.goto(address)
    page.locator(".tb-bundles").get_by_role("link", name=re.compile("新生儿出生")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新生儿出生一件事")
    page.get_by_role("button", name="开始办理").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("先回答几个问题")


def answer_the_questions(page: Page) -> None:
    """Answer what no register knows; the card comes by post unless somebody changes it."""
    choose(page, "要一起报销生育医疗费吗", "要，妈妈参加")
    choose(page, "要一起申领育儿补贴吗", "要")
    choose(page, "需要科学育儿指导服务吗", "需要")
    press_continue(page)


def fill_the_pages(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("宝宝和落户")
    choose(page, "宝宝随谁的姓", "随父姓")
    type_into(page.get_by_label("宝宝的名字"), "知遥")
    if page.get_by_role("group", name="户口落在谁那里").count():
        choose(page, "户口落在谁那里", "父亲的户口：")
    press_continue(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("医保、社保卡和补贴")
    type_into(page.get_by_label("开户银行"), "云州银行清河支行")
    type_into(page.get_by_label("银行卡号"), "6222 0000 0000 0012 345")
    choose(page, "居民医保费怎么缴", "用家长的职工医保个人账户")
    expect(page.get_by_label("社会保障卡寄到哪里")).not_to_have_value("")
    expect(page.get_by_label(re.compile("手机"))).not_to_have_value("")
    press_continue(page)


def check_and_submit(page: Page) -> str:
    """Confirm the summary, and return the application's number from the receipt."""
    expect(page.get_by_role("heading", level=1)).to_have_text("核对并提交")
    agree(page)
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已经提交")
    match = re.search(r"/applications/(\w{22})/receipt/", page.url)
    assert match, page.url
    return match[1]


def agree(page: Page) -> None:
    """Tick the agreement at the end of the check page."""
    expect(page.locator("#id_agreed")).not_to_be_checked()
    page.locator("label[for=id_agreed]").click()


def open_progress(page: Page, address: str, number: str) -> None:
    page.goto(f"{address}/applications/{number}/")


OFFICERS = {
    "人社局": ["rsj.window", "rsj.handler", "rsj.head", "rsj.handler", "rsj.window"],
    "医保局": ["ybj.window", "ybj.handler", "ybj.handler2", "ybj.head"],
    "卫健委": ["wjw.window", "wjw.handler", "wjw.head"],
}
"""Who takes the steps of each case that people decide, in their order."""


def work_on(page: Page, address: str, login: str, item: str) -> None:
    """Sign in as an officer, find the case on the to-do list and complete the officer's step."""
    page.context.clear_cookies()
    sign_in(page, address, login)
    page.goto(f"{address}/desk/?q={item}")
    page.get_by_role("table").get_by_role("link", name=re.compile(item)).last.click()
    act = page.get_by_role("button", name=re.compile("^(受理|同意|准予|制证完成|送达完成，办结)$")).first
    form = act.locator("xpath=ancestor::form[1]")
    if form.get_by_role("textbox").count():
        form.get_by_role("textbox").first.fill("经核对，材料齐全、信息一致，符合办理条件。")
    decides = act.inner_text().strip() == "准予"
    act.click()
    if decides:  # the officer looks at what will be issued
        page.get_by_role("button", name="确认准予").click()
    expect(page.get_by_role("status").first).to_be_attached()


def rate(page: Page, address: str, number: str) -> None:
    page.goto(f"{address}/applications/{number}/")
    page.get_by_role("link", name="去评价").click()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.locator(".tb-faces label", has_text=re.compile("^\\s*满意")).first.click()
    page.locator("label", has_text="办得快").first.click()
    page.get_by_label("想说的话").fill("一张表就办好了，没有跑一趟。")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("谢谢您的评价")).to_be_visible()
