"""A legal day begins at midnight in the city, which is four in the afternoon of the day before in UTC."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock


def test_a_day_begins_at_midnight_in_the_city():
    assert clock.start_of(date(2026, 12, 1)) == datetime(2026, 11, 30, 16, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_the_moment_before_belongs_to_the_day_before(day):
    begin = clock.start_of(day)
    assert clock.legal_day(begin) == day
    assert clock.legal_day(begin - timedelta(microseconds=1)) == day - timedelta(days=1)
