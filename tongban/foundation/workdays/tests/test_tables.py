"""The table of a year as operators give it: read as in the notice, refused where it contradicts itself."""

from datetime import date

import pytest

from tongban.foundation.errors import Invalid
from tongban.foundation.workdays import queries, services
from tongban.foundation.workdays.tables import YearTable, of_lines, of_yaml

REST = """
1月1日至3日 元旦
2028年1月25日至2月1日，春节
4月2日—4月4日 清明节
５月１日至５月５日　劳动节
2028-05-28 端午节
10.1~10.8 国庆节、中秋节
"""
WORK = "1月23日\n2月5日、调休\n"


@pytest.fixture
def _as_before():
    yield
    queries.forget()


def test_the_lines_of_a_notice_are_read():
    table = of_lines(2028, rest=REST, work=WORK)
    assert table.rest[date(2028, 1, 3)] == "元旦"
    assert table.rest[date(2028, 2, 1)] == "春节"
    assert table.rest[date(2028, 5, 5)] == "劳动节"
    assert sorted(table.work) == [date(2028, 1, 23), date(2028, 2, 5)]
    assert len(table.rest) == 3 + 8 + 3 + 5 + 1 + 8
    kinds = {day: works for day, works, _ in table.days()}
    assert len(kinds) == 366
    assert kinds[date(2028, 1, 23)] is True
    assert kinds[date(2028, 10, 6)] is False
    assert table.doubts() == []


@pytest.mark.parametrize(
    ("rest", "work", "sentence"),
    [
        ("元旦放假", "", "看不懂“元旦放假”"),
        ("2月30日 春节", "", "日期不存在"),
        ("5月5日至5月1日", "", "开始和结束不对"),
        ("2027-12-31 元旦", "", "不在 2028 年里"),
        ("", "1月3日", "不是周六或周日"),
        ("1月1日", "1月1日", "既是休息日又是上班日"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_words(rest, work, sentence):
    with pytest.raises(Invalid, match=sentence):
        of_lines(2028, rest=rest, work=work)


@pytest.mark.parametrize(
    "line", ["٥月١日至٥月٥日 劳动节", "５月１日－－５日劳动节", "\u202a5月1日～5月5日\u202c 劳动节"]
)
def test_field_case_days_in_the_digits_of_any_script(line):
    assert list(of_lines(2028, rest=line, work="").rest.items()) == [
        (date(2028, 5, day), "劳动节") for day in range(1, 6)
    ]


@pytest.mark.parametrize(
    "line", ["1月1日-1月3日 元旦", "1月123日", "1-1-3", "1月1日 3日", "1月1日至", "①月1日", "1月½日", "1月1日, -3日"]
)
def test_a_line_is_read_whole_or_refused(line):
    with pytest.raises(Invalid, match="看不懂"):
        of_lines(2028, rest=line, work="")


@pytest.mark.parametrize("text", ["", "[1]", "year: 2028\nrest: [1]", "year: x", "{", "year: 2028\nrest: {x: y}"])
def test_a_file_that_is_no_table_is_refused(text):
    with pytest.raises(Invalid):
        of_yaml(text)


def test_an_unusual_table_is_doubted_but_possible():
    assert of_lines(2028, rest="1月1日", work="").doubts() == [
        "5 月 1 日没有列为休息日", "5 月 2 日没有列为休息日", "10 月 1 日没有列为休息日", "10 月 2 日没有列为休息日",
        "10 月 3 日没有列为休息日", "周一到周五里有 0 天休息，往年是 15 到 25 天",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("_as_before")
def test_the_changes_of_a_table_are_shown_before_anything_is_stored():
    table = of_lines(2028, rest=REST, work=WORK)
    shown = {change.day: change.is_workday for change in queries.changes(table)}
    assert shown[date(2028, 1, 23)] is True
    assert shown[date(2028, 1, 26)] is False
    assert date(2028, 1, 1) not in shown, "a Saturday is one of rest already"
    assert date(2028, 10, 2) not in shown, "the guess knows the National Day"
    assert queries.calendar_with(table).nth_workday(date(2028, 1, 21), 1) == date(2028, 1, 23)
    assert queries.calendar().is_provisional(date(2028, 1, 23))
    services.publish(table, actor=None, reason="")
    assert queries.changes(table) == []
    assert queries.calendar() == queries.calendar_with(table)
    assert not queries.calendar().is_provisional(date(2028, 1, 23))
    assert [(one.year, one.provisional) for one in queries.years()][-2:] == [(2027, True), (2028, False)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_as_before")
def test_field_case_a_process_sees_what_another_one_has_loaded(monkeypatch, django_assert_num_queries):
    """Field case: running processes see a new table at once. The other process is one that never told this one."""
    before = queries.calendar()
    monkeypatch.setattr(queries, "forget_on_commit", lambda: None)
    services.publish(YearTable(2028), actor=None, reason="")
    assert queries.calendar() is before
    monkeypatch.setattr(queries, "CHECKED_EVERY", -1)
    assert queries.calendar().workdays[-1] == date(2028, 12, 29)
    with django_assert_num_queries(1):
        queries.calendar()
    monkeypatch.setattr(queries, "CHECKED_EVERY", 60)
    with django_assert_num_queries(0):
        queries.calendar()
    monkeypatch.undo()
