"""Several counts in one statement are the counts of the single queries."""

import pytest
from django.db.models import Q

from tongban.foundation.rows import counts
from tongban.foundation.workdays.models import CalendarDay

pytestmark = pytest.mark.django_db


def test_several_counts_cost_one_query(django_assert_num_queries):
    days = CalendarDay.objects.all()
    asked = (days, days.filter(is_workday=True).order_by("-day"), days.filter(Q(note="100%") | Q(note="")), days.none())
    expected = tuple(query.count() for query in asked)
    assert expected[0] > expected[1] > 0
    with django_assert_num_queries(1):
        assert counts(*asked) == expected


def test_what_must_be_empty_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert counts(CalendarDay.objects.none(), CalendarDay.objects.filter(day__in=[])) == (0, 0)


def test_a_query_without_parameters_is_counted_beside_an_empty_one():
    assert counts(CalendarDay.objects.none(), CalendarDay.objects.all()) == (0, CalendarDay.objects.count())
