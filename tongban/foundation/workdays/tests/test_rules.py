from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.workdays.rules import Calendar, CalendarExhausted

START = date(2026, 1, 1)
calendars = st.lists(st.booleans(), min_size=60, max_size=120).map(
    lambda flags: Calendar.of(START + timedelta(days=i) for i, works in enumerate(flags) if works)
)
days = st.integers(0, 40).map(lambda i: START + timedelta(days=i))


@given(calendars, days, st.integers(1, 10))
def test_the_nth_workday_is_n_workdays_away(calendar, start, n):
    try:
        deadline = calendar.nth_workday(start, n)
    except CalendarExhausted:
        assert sum(day > start for day in calendar.workdays) < n
        return
    assert calendar.is_workday(deadline)
    assert calendar.workdays_between(start, deadline) == n


@given(calendars, days, days, days)
def test_workdays_add_up(calendar, a, b, c):
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


@pytest.mark.django_db
def test_an_unloaded_year_is_refused_instead_of_guessed():
    from tongban.foundation.workdays import queries

    with pytest.raises(CalendarExhausted):
        queries.calendar().nth_workday(date(2027, 12, 1), 60)
