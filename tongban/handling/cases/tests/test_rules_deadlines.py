"""Deadlines in working days and their light; the list's SQL always agrees with the page's rule."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays.rules import Calendar
from tongban.handling.cases import queries
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.queries.to_do import LIGHTS, Filters
from tongban.handling.cases.rules.deadlines import decision_due, light, notice_due
from tongban.handling.cases.tests import factories

WEEKDAYS = Calendar.of(
    day for n in range(1000) if (day := date(2026, 1, 1) + timedelta(days=n)).weekday() < 5
)  # fmt: skip
days = st.dates(date(2026, 1, 1), date(2027, 6, 1))


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_the_promised_time_is_within_the_legal_limit(accepted, promised, legal):
    due = decision_due(WEEKDAYS, accepted, promised, legal)
    assert accepted <= due.promised <= due.legal


def test_five_working_days_to_answer_skip_the_weekend():
    assert notice_due(WEEKDAYS, date(2026, 11, 24)) == date(2026, 12, 1)


@given(days, days, st.integers(0, 60))
def test_the_light_is_red_exactly_when_the_day_has_passed(today, due, promised):
    colour, words = light(WEEKDAYS, today, due, promised, running=True)
    assert (colour == "red") is (today > due)
    assert "已超期 0" not in words


@pytest.mark.parametrize(
    ("due", "promised", "expected"),
    [
        (date(2026, 11, 24), 5, ("yellow", "今天到期")),
        (date(2026, 11, 25), 5, ("yellow", "剩 1 个工作日")),
        (date(2026, 11, 26), 5, ("green", "剩 2 个工作日")),
        (date(2026, 11, 26), 8, ("yellow", "剩 2 个工作日")),
        (date(2026, 11, 23), 5, ("red", "已超期 1 个工作日")),
        (date(2026, 11, 20), 5, ("red", "已超期 2 个工作日")),
        (date(2026, 11, 22), 5, ("red", "已超期 2 个工作日")),
    ],
)
def test_the_light_has_the_expected_colour_and_words_on_a_tuesday(due, promised, expected):
    assert light(WEEKDAYS, date(2026, 11, 24), due, promised, running=True) == expected


def test_a_stopped_clock_has_no_colour():
    assert light(WEEKDAYS, date(2026, 11, 24), None, 5, running=True) == ("waiting", "未开始计时")
    assert light(WEEKDAYS, date(2026, 11, 24), date(2026, 11, 1), 5, running=False) == ("waiting", "计时暂停")


@pytest.fixture
def officer_with_every_deadline(db):
    """Create an open step for every pair of a promise and a due day around 1 October, with holidays and weekends."""
    city = factories.make_city()
    application = factories.submitted_newborn(factories.make_parents(city).mother)
    officer = city.officer("市税务局", "window")
    model = factories.case_of(application, "premium")
    names = "application_id item_code item_version name department_id division_code state legal_days"
    same = {name: getattr(model, name) for name in names.split()}
    dues = [date(2026, 9, 15) + timedelta(days=n) for n in range(60)]
    cases = Case.objects.bulk_create(
        Case(**same, number=f"D{n:021d}", step_key=f"d{n}", position=1, promised_days=promised)
        for n, promised in enumerate([*range(34), 40, 45, 60, 63, 64, 90])
    )
    Step.objects.bulk_create(
        Step(case=case, key=f"k{n}", name="收件受理", kind="accept", department_id=model.department_id, post="window",
             state="open", opened_at=clock.now(), due_on=due)
        for case in cases for n, due in enumerate(dues)
    )  # fmt: skip
    return officer


@pytest.mark.req("C6")
def test_the_filter_in_sql_agrees_with_the_light_on_the_page(officer_with_every_deadline):
    officer, calendar = officer_with_every_deadline, workdays.calendar()
    for today in (date(2026, 9, 22), date(2026, 9, 26), date(2026, 9, 30), date(2026, 10, 4), date(2026, 10, 9)):
        with clock.at_moment(datetime(today.year, today.month, today.day, 10, tzinfo=clock.CITY_TIME)):
            counted = {"red": 0, "yellow": 0, "green": 0}
            for colour, condition in LIGHTS.items():
                for step in Step.objects.filter(condition(today), state="open", post="window", key__startswith="k",
                                                department__name="市税务局").select_related("case"):  # fmt: skip
                    counted[colour] += 1
                    on_page, words = light(calendar, today, step.due_on, step.case.promised_days, running=True)
                    assert on_page == colour, (today, step.due_on, step.case.promised_days, words)
            totals = queries.to_do_counts(officer, filters=Filters())
            assert counted == {colour: totals[colour] for colour in counted}
            assert sum(counted.values()) == totals["all"]
