"""The pages end to end: raise, take, answer, accept or return; access; and lists with a constant number of queries."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.ui.filters import grouped
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.testing import signed_in
from tongban.people.workorders import services
from tongban.people.workorders.kinds import Kind, SubjectLink, kinds, register_kind
from tongban.people.workorders.models import Note, WorkOrder
from tongban.people.workorders.rules import make_number
from tongban.people.workorders.tests.conftest import HEALTH, POLICE, TEXT, at

DESK, MINE = "/desk/work-orders/", "/my/work-orders/"


def client_of(town, department, kind):
    return signed_in(town.people[department, kind])


def mother(town):
    return signed_in(town.mother.subject_id)


def text(response, status=200):
    assert response.status_code == status, response.content[:500]
    page = response.content.decode()
    assert page.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"\sstyle=|\son\w+=|<script>|<style", page)
    for label in re.findall(r'<label[^>]*for="([^"]+)"', page):
        assert f'id="{label}"' in page
    return page


def many(town, count):
    now = clock.now()
    start = WorkOrder.objects.count()
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=make_number(clock.legal_day(now), start + i),
            kind="not-done",
            state="open",
            post_id=town.posts[POLICE, "handler"],
            raised_by_id=town.mother.subject_id,
            raised_for_id=town.mother.subject_id,
            raised_at=now,
            text=TEXT,
            due_on=workdays.calendar().nth_workday(clock.legal_day(now), i % 6),
        )
        for i in range(count)
    )


def test_an_order_is_raised_answered_and_accepted_through_the_pages(town):
    citizen = mother(town)
    assert "还没有反映过问题" in text(citizen.get(MINE))
    form = text(citizen.get(f"{MINE}new/"))
    assert "市公安局" in form
    sent = citizen.post(f"{MINE}new/", {"department": str(town.departments[POLICE]), "text": TEXT})
    assert sent.status_code == 302
    own = sent["Location"]
    page = text(citizen.get(own))
    assert TEXT in page
    assert "5 个工作日内答复" in page
    number = own.rstrip("/").rpartition("/")[2]

    officer, there = client_of(town, POLICE, "handler"), f"{DESK}{number}/"
    assert grouped(number) in text(officer.get(DESK))
    assert "李*敏" in text(officer.get(there))
    assert "李文敏" not in text(officer.get(there))
    assert 'name="outcome"' not in text(officer.get(there))
    assert officer.post(f"{there}assignments/").status_code == 302
    officer.post(f"{there}notes/", {"note": "内部沟通一下", "internal": "yes"})
    officer.post(f"{there}notes/", {"note": "请明天带身份证来", "internal": "no"})
    shown = text(citizen.get(own))
    assert "请明天带身份证来" in shown
    assert "内部沟通一下" not in shown
    assert "王*核" not in shown
    assert "公安局工作人员" in shown
    assert officer.post(f"{there}answers/", {"outcome": "solved", "answer": "已经办好"}).status_code == 302
    answered = text(citizen.get(own))
    assert "现在轮到您" in answered
    assert "已解决" in answered
    assert "不满意，申请重新办理" in answered
    assert citizen.post(f"{own}returns/", {"reason": "还差一份"}).status_code == 302
    assert "重新办理" in text(officer.get(there))
    officer.post(f"{there}assignments/")
    officer.post(f"{there}answers/", {"outcome": "explained", "answer": "补齐了"})
    last = text(citizen.get(own))
    assert "申请重新办理</summary>" not in last
    assert citizen.post(f"{own}acceptances/").status_code == 302
    assert "已办结" in text(citizen.get(own))
    assert "工单" not in re.findall(r"<tbody.*?</tbody>", text(officer.get(f"{DESK}?state=open")), re.S)


def test_input_is_kept_when_something_is_missing(town):
    citizen = mother(town)
    page = text(citizen.post(f"{MINE}new/", {"text": "三次都没办成"}), 422)
    assert "三次都没办成" in page
    assert 'href="#id_department"' in page
    assert page.index("错误") < page.index("<h1")
    assert text(citizen.post(f"{MINE}new/", {}), 422).count("#id_") >= 2
    page = text(citizen.post(f"{MINE}new/", {"department": str(town.departments[POLICE]), "text": " "}), 422)
    assert "请写明是什么事" in page
    order, officer = town.raised(), client_of(town, POLICE, "handler")
    services.take(order.id, actor=town.officer(POLICE, "handler"))
    page = text(officer.post(f"{DESK}{order.number}/answers/", {"answer": "写了很多"}), 422)
    assert "写了很多" in page
    assert "请选择办理结果" in page
    page = text(officer.post(f"{DESK}{order.number}/transfers/", {"reason": "不归我们", "post": "x"}), 422)
    assert "不归我们" in page
    assert "请选择转交给哪个岗位" in page


def test_a_late_answer_is_refused_and_shown_again(town):
    order, officer = town.raised(), client_of(town, POLICE, "handler")
    services.take(order.id, actor=town.officer(POLICE, "handler"))
    assert mother(town).post(f"{MINE}{order.number}/withdrawals/").status_code == 302
    page = text(officer.post(f"{DESK}{order.number}/answers/", {"outcome": "solved", "answer": "已经办好"}), 409)
    assert "已有人先办了" in page
    assert "已经办好" in page
    assert 'name="answer"' not in page


def test_an_order_is_transferred_and_cannot_be_taken_twice(town):
    order = town.raised()
    officer, head = client_of(town, POLICE, "handler"), client_of(town, POLICE, "head")
    assert officer.post(f"{DESK}{order.number}/assignments/").status_code == 302
    conflict = text(head.post(f"{DESK}{order.number}/assignments/"), 409)
    assert "可能已有人先办了" in conflict
    sent = {"post": str(town.posts[HEALTH, "window"]), "reason": "归卫健委"}
    assert officer.post(f"{DESK}{order.number}/transfers/", sent)["Location"] == DESK
    assert officer.get(f"{DESK}{order.number}/").status_code == 403
    assert "归卫健委" in text(client_of(town, HEALTH, "window").get(f"{DESK}{order.number}/"))
    assert "归卫健委" not in text(mother(town).get(f"{MINE}{order.number}/"))


@pytest.mark.req("B5")
def test_others_cannot_see_an_order(town):
    order = town.raised()
    officer_page, own_page = f"{DESK}{order.number}/", f"{MINE}{order.number}/"
    for department, kind, status in (
        (POLICE, "handler", 200), (POLICE, "head", 200), (POLICE, "window", 403), (HEALTH, "handler", 403),
        (HEALTH, "head", 403),
    ):  # fmt: skip
        client = client_of(town, department, kind)
        assert client.get(officer_page).status_code == status
        if status == 403:
            assert client.post(f"{officer_page}assignments/").status_code == 403
        assert client.get(own_page).status_code == 403
        assert (officer_page in text(client.get(DESK))) is (status == 200)
    father = signed_in(town.father.subject_id)
    assert father.get(own_page).status_code == 404
    assert father.post(f"{own_page}acceptances/").status_code == 404
    assert father.get(officer_page).status_code == 403
    assert own_page not in text(father.get(MINE))
    assert Client().get(officer_page).status_code == Client().get(own_page).status_code == 302
    assert mother(town).get(own_page).status_code == 200
    assert mother(town).post(f"{own_page}nonsense/").status_code == 404
    order.refresh_from_db()
    assert order.state == "open"


def test_the_list_filters_and_its_counts_add_up(town):
    many(town, 45)
    officer = client_of(town, POLICE, "handler")
    page = text(officer.get(DESK))
    shown = [int(n) for n in re.findall(r"<b>(\d+)</b>", page.split('aria-label="按时限筛选"')[1].split("</nav>")[0])]
    assert shown[0] == sum(shown[1:]) == 45
    for light, count in zip(("red", "yellow", "green"), shown[1:], strict=True):
        listed = text(officer.get(f"{DESK}?light={light}"))
        assert (f"共 {count} 张" in listed) is bool(count)
        assert set(re.findall(r"tb-light--(\w+)", listed.partition("<tbody")[2])) <= {light}
    first = page.partition("<tbody")[2].partition("</tr>")[0]
    at_work = workdays.calendar().is_workday(clock.legal_day(clock.now()))
    assert ("今天到期" if at_work else "剩 1 个工作日") in first
    number = WorkOrder.objects.first().number
    assert grouped(number) in text(officer.get(f"{DESK}?q={number[:12].lower()}"))
    assert grouped(number) in text(officer.get(f"{DESK}?q={grouped(number)}"))
    assert "没有符合条件的工单" in text(officer.get(f"{DESK}?q=GD99"))
    assert "没有符合条件的工单" in text(officer.get(f"{DESK}?state=answered&kind=not-done"))
    empty = text(client_of(town, HEALTH, "head").get(DESK))
    assert empty.index("现在没有要办的工单") < empty.index("filter-state"), "finished ones are found below"
    for strange in ("?page=999", "?page=x", "?light=purple", "?state=%27--", "?kind=" + "x" * 500):
        text(officer.get(DESK + strange))
    for strange in ("?page=999", "?page=x", "?group=none"):
        text(mother(town).get(MINE + strange))


def test_an_overdue_order_is_shown_red_to_the_head(town):
    with at("2026-10-09 10:00"):
        order = town.raised()
    with at("2026-10-20 00:15"):
        services.escalate_overdue()
    with at("2026-10-20 10:00"):
        page = text(client_of(town, POLICE, "head").get(DESK))
        assert "已升级" in page
        assert "tb-light--red" in page
        assert "已超期 3 个工作日" in page
        assert f"{DESK}{order.number}/" not in text(client_of(town, POLICE, "handler").get(DESK))


@pytest.fixture
def more_kinds():
    with kinds.with_more():
        yield


def test_the_responsible_room_shows_what_an_order_is_about(town, more_kinds):
    asked = []

    def resolve(ids):
        asked.append(set(ids))
        return {one: SubjectLink("数据使用记录 3 月 2 日", "/somewhere/") for one in ids}

    register_kind(Kind("objection", "数据使用异议", 5, {"right": "使用合规"}, resolve=resolve))
    orders = [town.raised(kind="objection", about=town.departments[HEALTH]) for _ in range(3)]
    asked.clear()
    page = text(client_of(town, POLICE, "handler").get(DESK))
    assert page.count("数据使用记录 3 月 2 日") == 3
    assert asked == [{town.departments[HEALTH]}]
    assert 'href="/somewhere/"' in text(mother(town).get(f"{MINE}{orders[0].number}/"))


def test_an_order_of_a_room_that_is_left_out_is_listed_and_answered(town):
    with kinds.with_more():
        register_kind(Kind("gone", "数据核对", 3, {"right": "数据无误"}))
        open_order, old = town.raised(kind="gone", about=town.departments[HEALTH]), town.raised(kind="gone")
        services.take(old.id, actor=town.officer(POLICE, "handler"))
        services.answer(old.id, outcome="right", text="核对过", actor=town.officer(POLICE, "handler"))
    officer, citizen = client_of(town, POLICE, "handler"), mother(town)
    there = f"{DESK}{open_order.number}/"
    assert "其他工单" in text(officer.get(DESK))
    assert text(citizen.get(MINE)).count("其他工单") == 2
    assert "答复：已办理" in text(citizen.get(f"{MINE}{old.number}/"))
    WorkOrder.objects.filter(id=open_order.id).update(due_on=clock.legal_day(clock.now()))
    assert there in text(officer.get(f"{DESK}?light=yellow"))
    assert there not in text(officer.get(f"{DESK}?light=green"))
    officer.post(f"{there}assignments/")
    assert officer.post(f"{there}answers/", {"outcome": "handled", "answer": "已经办好"}).status_code == 302
    assert citizen.post(f"{MINE}{open_order.number}/returns/", {"reason": "还差一份"}).status_code == 302
    with pytest.raises(NotFound, match="没有这一类工单"):
        town.raised(kind="gone")


def test_every_page_needs_the_same_number_of_queries_for_ten_and_a_thousand_orders(town):
    officer, citizen = client_of(town, POLICE, "handler"), mother(town)
    order = town.raised()
    addresses = (
        (officer, DESK, 12), (citizen, MINE, 10),
        (officer, f"{DESK}{order.number}/", 16), (citizen, f"{MINE}{order.number}/", 14),
    )  # fmt: skip
    for client, address, _ in addresses:
        client.get(address)
    costs = []
    for more in (10, 990):
        many(town, more)
        Note.objects.bulk_create(
            Note(order=order, by_id=town.mother.subject_id, at=clock.now(), internal=False, text="x")
            for _ in range(more // 10)
        )
        row = []
        for client, address, _ in addresses:
            with CaptureQueriesContext(connection) as asked:
                text(client.get(address))
            row.append(len(asked))
        costs.append(row)
    assert costs[0] == costs[1]
    assert all(cost <= most for cost, (_, _, most) in zip(costs[0], addresses, strict=True)), costs


def test_both_sides_see_from_which_day_an_answer_was_moved(town):
    order = town.raised()
    before = order.due_on
    WorkOrder.objects.filter(id=order.id).update(due_before=before, due_on=workdays.calendar().nth_workday(before, 1))
    words = f"原 {before.month} 月 {before.day} 日，放假安排调整"
    officer, citizen = client_of(town, POLICE, "handler"), mother(town)
    for reader, address in (
        (officer, DESK), (officer, f"{DESK}{order.number}/"), (citizen, MINE), (citizen, f"{MINE}{order.number}/"),
    ):  # fmt: skip
        page = text(reader.get(address))
        assert words in page or f"原 {before.year} 年 {before.month} 月 {before.day} 日，放假安排调整" in page, address
