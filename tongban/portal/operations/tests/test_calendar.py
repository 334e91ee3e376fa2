"""The page of the working-day calendar: what is missing, a preview of what changes, and publication."""

import re
import threading
from datetime import date, datetime

import pytest
from django.db import connection, transaction

from tests.waiting import until
from tongban.foundation import clock
from tongban.foundation.workdays import checks, queries
from tongban.foundation.workdays import services as workdays
from tongban.foundation.workdays.tables import YearTable
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.identity.tests.conftest import office, register, sign_in_as
from tongban.people.organisation import services as organisation
from tongban.people.signin.testing import prove_again
from tongban.portal.operations.waiting import waiting
from tongban.trust.ledger.models import Entry

__all__ = ["office", "register", "sign_in_as"]
pytestmark = pytest.mark.django_db
PAGE = "/desk/calendar/"
TABLE = {
    "year": "2028",
    "notice": "国办发明电〔2027〕9号",
    "rest": "1月1日至1月3日 元旦\n10月1日到10月7日 国庆节",
    "work": "1月9日 补班",
}


@pytest.fixture(autouse=True)
def _as_before():
    yield
    queries.forget()


def seal_in(page):
    return re.search(r'name="seal" value="(\w+)"', page.content.decode())[1]


def confirmed(client, table, **more):
    """Preview a table and confirm what the preview shows."""
    return client.post(PAGE, table | {"confirmed": "yes", "seal": seal_in(client.post(PAGE, table))}, **more)


def published():
    return Entry.objects.filter(type="workdays.CalendarLoaded").count()


def on(year, month, day):
    return clock.at_moment(datetime(year, month, day, 10, tzinfo=clock.CITY_TIME))


@pytest.mark.parametrize(("post", "status"), [(None, 403), ("head", 403), ("system-admin", 200)])
def test_only_the_system_administrator_sees_the_page(client, sign_in_as, post, status):
    sign_in_as(post=post)
    assert client.get(PAGE).status_code == status


def test_a_table_is_previewed_before_it_is_published(client, sign_in_as):
    sign_in_as(post="system-admin")
    prove_again(client)
    shown = client.post(PAGE, TABLE).content.decode()
    assert "核对 2028 年的工作日历" in shown
    assert "2028 年 1 月 3 日" in shown
    assert "改为上班" in shown
    assert "5 月 1 日没有列为休息日" in shown
    assert queries.calendar().is_provisional(date(2028, 1, 3)), "nothing is stored yet"
    back = client.post(PAGE, TABLE | {"confirmed": "no"})
    assert "1月9日 补班" in back.content.decode(), "what was typed is kept"
    done = confirmed(client, TABLE, follow=True).content.decode()
    assert "2028 年的工作日历已公布" in done
    calendar = queries.calendar()
    assert not calendar.is_workday(date(2028, 1, 3))
    assert not calendar.is_provisional(date(2028, 1, 3))
    entry = Entry.objects.filter(type="workdays.CalendarLoaded").latest("id")
    assert entry.payload["notice"] == entry.reason == TABLE["notice"]


def test_field_case_a_year_without_any_holiday_is_asked_back(client, sign_in_as):
    """Field case: the holidays were marked 选填, and a year without a single one went through."""
    sign_in_as(post="system-admin")
    page = client.get(PAGE).content.decode()
    assert "放假的日子（选填）" not in page
    answer = client.post(PAGE, TABLE | {"rest": ""})
    assert answer.status_code == 422
    assert "请照通知写放假的日子" in answer.content.decode()
    assert "核对 2028 年" not in answer.content.decode()


def test_the_example_of_a_notice_is_of_the_year_before_the_table(client, sign_in_as):
    with on(2028, 11, 2):
        sign_in_as(post="system-admin")
        page = client.get(PAGE).content.decode()
    year = int(re.search(r'name="year"[^>]*value="(\d+)"', page)[1])
    assert f"国办发明电〔{year - 1}〕9号" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"year": "二〇二八"}, "年份是四位数字"),
        ({"notice": ""}, "请写明依据哪份通知"),
        ({"rest": "元旦放三天"}, "看不懂“元旦放三天”"),
        ({"work": "1月5日"}, "不是周六或周日"),
    ],
)
def test_a_table_that_cannot_be_is_refused_and_what_was_typed_is_kept(client, sign_in_as, wrong, sentence):
    sign_in_as(post="system-admin")
    answer = client.post(PAGE, TABLE | wrong | {"confirmed": "yes"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "1月1日至1月3日 元旦" in answer.content.decode() or "rest" in wrong
    assert not Entry.objects.filter(type="workdays.CalendarLoaded").exists()


def test_field_case_operators_are_warned_months_before_days_have_to_be_guessed(client, sign_in_as):
    """Field case: a warning to the operator months before; in the health check and on the page."""
    with on(2027, 6, 1):
        assert checks.state().detail["missing"] == []
    with on(2027, 8, 30):
        assert not checks.state().ok
        assert checks.state().detail["missing"] == [2028]
        sign_in_as(post="system-admin")
        assert "2028 年的工作日历还没有导入" in client.get(PAGE).content.decode()
        workdays.publish(YearTable(2028, provisional=True), actor=None, reason="")
        assert checks.state().detail["missing"] == []
    with on(2027, 11, 15):
        assert checks.state().detail["provisional_but_near"] == [2027]
    with on(2027, 12, 5):
        assert checks.state().detail["provisional_but_near"] == [2027, 2028]


def test_the_page_asks_for_the_official_table_in_december(client, sign_in_as):
    with on(2027, 12, 5):
        client.cookies.clear()
        sign_in_as(post="system-admin")
        shown = client.get(PAGE).content.decode()
    assert "2027 年的工作日历还是暂定的" in shown
    assert "2028 年的工作日历还没有导入" in shown


def test_only_the_citys_own_administrator_publishes(client, sign_in_as, register):
    """An administrator of a district sees the calendar, but it counts for the whole city."""
    by = machine("test")
    organisation.establish_division("990102", name="云山区", level="district", parent="990100", actor=by)
    department = organisation.establish_department(
        "云山区数据局",
        short_name="区数据局",
        short_code="104",
        uscc="11370802MB28559194",
        division_code="990102",
        actor=by,
    )
    post = organisation.establish_post(department.id, kind="system-admin", name="系统管理员", actor=by)
    person = sign_in_as()
    identity.appoint(person.id, post_id=post.id, actor=by)
    prove_again(client)
    shown = client.get(PAGE).content.decode()
    assert "由市级系统管理员公布" in shown
    assert "下一步" not in shown
    for more in ({}, {"confirmed": "yes"}):
        assert client.post(PAGE, TABLE | more).status_code == 403
    assert not published()
    request = client.get("/account/").wsgi_request
    with on(2027, 8, 30):
        (told,) = waiting(request)
    assert told.title == "工作日历"
    assert "请市级系统管理员" in told.words


def test_publishing_asks_for_a_fresh_proof_and_the_preview_does_not(client, sign_in_as):
    sign_in_as(post="system-admin")
    asked = confirmed(client, TABLE)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/confirm/")
    assert not published()
    confirmed(prove_again(client), TABLE)
    assert published() == 1
    assert Entry.objects.filter(type="identity.Authorised", payload__action="operations.publish-calendar").count() == 1


def test_only_what_the_preview_showed_is_published(client, sign_in_as):
    sign_in_as(post="system-admin")
    prove_again(client)
    seal = seal_in(client.post(PAGE, TABLE))
    others = ({"seal": ""}, {"work": "1月8日 补班"}, {"notice": "别的通知"}, {"provisional": "on"})
    for other in others:
        late = client.post(PAGE, TABLE | {"confirmed": "yes", "seal": seal} | other)
        assert late.status_code == 409
        assert "还没有公布。请按下面的变动再核对一遍" in late.content.decode()
    assert not published()
    confirmed(client, TABLE | {"work": "1月8日 补班"})
    late = client.post(PAGE, TABLE | {"confirmed": "yes", "seal": seal})
    assert late.status_code == 409, "the calendar has changed since the preview"
    assert published() == 1
    client.post(PAGE, TABLE | {"confirmed": "yes", "seal": seal_in(late)})
    assert published() == 2


@pytest.mark.parametrize("year", ["2026", "2020"])
def test_a_past_year_is_not_published_on_the_page(client, sign_in_as, year):
    with on(2027, 6, 1):
        sign_in_as(post="system-admin")
        prove_again(client)
        answer = client.post(PAGE, TABLE | {"year": year, "work": "", "confirmed": "yes"})
    assert answer.status_code == 422
    assert f"{year} 年已经过去，这里只能公布 2027 年及以后的工作日历" in answer.content.decode()
    assert not published()


@pytest.mark.django_db(transaction=True)
def test_field_case_of_two_administrators_who_publish_at_once_the_second_is_told(client, sign_in_as):
    """Field case: each had previewed another table of the year, and both were told that theirs is published."""
    sign_in_as(post="system-admin")
    prove_again(client)
    seal = seal_in(client.post(PAGE, TABLE))
    answers = []

    def confirm():
        try:
            answers.append(client.post(PAGE, TABLE | {"confirmed": "yes", "seal": seal}))
        finally:
            connection.close()

    second = threading.Thread(target=confirm)
    with transaction.atomic():
        workdays.publish(YearTable(2028, rest={date(2028, 1, 4): "元旦"}), actor=machine("test"), reason="另一份通知")
        second.start()
        until(lambda: is_somebody_waiting() or not second.is_alive())
    second.join()
    assert answers[0].status_code == 409
    assert "还没有公布。请按下面的变动再核对一遍" in answers[0].content.decode()
    assert not queries.calendar().is_workday(date(2028, 1, 4))
    assert published() == 1


def is_somebody_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                       " WHERE NOT l.granted AND a.datname = current_database())")  # fmt: skip
        return cursor.fetchone()[0]


def test_a_preview_is_of_the_whole_year_as_it_was(client, sign_in_as):
    """The same days published officially meanwhile must not become provisional again, nor lose the names of days."""
    sign_in_as(post="system-admin")
    prove_again(client)
    rough = TABLE | {"provisional": "on"}
    confirmed(client, rough)
    seal = seal_in(client.post(PAGE, rough))
    confirmed(client, TABLE)
    late = client.post(PAGE, rough | {"confirmed": "yes", "seal": seal})
    assert late.status_code == 409
    assert not queries.calendar().is_provisional(date(2028, 1, 3))
