from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.workdays.rules import Calendar, DayBeforeCalendar, guessed

START = date(2026, 1, 1)
calendars = st.lists(st.booleans(), min_size=60, max_size=120).map(
    lambda flags: Calendar.of(START + timedelta(days=i) for i, works in enumerate(flags) if works)
)
days = st.integers(0, 40).map(lambda i: START + timedelta(days=i))


@given(calendars, days, st.integers(1, 400))
def test_the_nth_workday_is_n_workdays_away_in_guessed_years_too(calendar, start, n):
    if not calendar.workdays:
        return
    deadline = calendar.nth_workday(start, n)
    assert calendar.is_workday(deadline)
    assert calendar.workdays_between(start, deadline) == n
    assert calendar.nth_workday_back(deadline + timedelta(days=1), n) > start
    assert calendar.is_provisional(deadline) is (deadline.year > calendar.workdays[-1].year)


@given(calendars, days, st.integers(0, 400))
def test_a_later_start_never_gives_an_earlier_day(calendar, start, n):
    if calendar.workdays:
        assert calendar.nth_workday(start, n) <= calendar.nth_workday(start + timedelta(days=1), n)
        assert calendar.nth_workday(start, n) < calendar.nth_workday(start, n + 1) or n == 0


@given(calendars, days, days, days)
def test_workdays_add_up(calendar, a, b, c):
    if not calendar.workdays:
        return
    assert calendar.workdays_between(a, b) + calendar.workdays_between(b, c) == calendar.workdays_between(a, c)


@pytest.mark.django_db
def test_the_national_day_week_of_2026_has_no_workdays():
    from tongban.foundation.workdays import queries

    calendar = queries.calendar()
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.nth_workday(date(2026, 9, 30), 1) > date(2026, 10, 6)


@pytest.mark.django_db
def test_2027_is_known_and_marked_as_provisional():
    from tongban.foundation.workdays import queries

    calendar = queries.calendar()
    assert calendar.is_provisional(calendar.nth_workday(date(2026, 12, 31), 1))
    assert not calendar.is_provisional(date(2026, 12, 31))


def test_the_calendar_goes_on_by_weekends_and_fixed_holidays():
    calendar = Calendar.of(guessed(2027))
    assert calendar.nth_workday(date(2027, 12, 31), 1) == date(2028, 1, 3), "1 January is a Saturday, 3 a Monday"
    assert not calendar.is_workday(date(2028, 5, 1))
    assert calendar.is_workday(date(2028, 5, 3))
    assert [calendar.is_workday(date(2029, 10, day)) for day in range(1, 6)] == [False, False, False, True, True]
    assert calendar.is_provisional(date(2028, 5, 3))
    assert not calendar.is_provisional(date(2027, 5, 3))
    assert calendar.nth_workday(date(2027, 1, 4), 2000).year == 2034
    assert calendar.workdays_between(date(2027, 12, 31), date(2028, 12, 31)) == len(guessed(2028))


def test_a_year_between_two_tables_is_guessed():
    calendar = Calendar.of([*guessed(2027), *guessed(2029)])
    assert calendar.provisional_years == {2028}
    assert calendar.is_workday(date(2028, 6, 1))


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar, day: calendar.nth_workday(day, 5),
        lambda calendar, day: calendar.workdays_between(day, date(2027, 5, 1)),
        lambda calendar, day: calendar.workdays_between(date(2027, 5, 1), day),
        lambda calendar, day: calendar.is_workday(day),
        lambda calendar, day: calendar.nth_workday_back(day, 1),
    ],
)
def test_field_case_days_before_the_first_year_are_refused_with_a_sentence_and_not_miscounted(ask):
    """Field case: days before the first loaded year."""
    with pytest.raises(DayBeforeCalendar, match=r"工作日历从 2027 年开始.*请核对日期"):
        ask(Calendar.of(guessed(2027)), date(2026, 12, 31))
    with pytest.raises(DayBeforeCalendar, match="还没有导入"):
        ask(Calendar.of([]), date(2026, 12, 31))
