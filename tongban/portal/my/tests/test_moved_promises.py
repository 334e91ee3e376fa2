"""A promised day becomes later: the applicant sees it where they look first, until the case is decided."""

from datetime import date, datetime

import pytest

from tongban.foundation import clock
from tongban.foundation.workdays import services as calendar
from tongban.foundation.workdays.tables import YearTable
from tongban.handling.cases import services
from tongban.handling.cases.models import Case
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in

INSURANCE = "市医疗保障局"


def on(year, month, day):
    return clock.at_moment(datetime(year, month, day, 10, tzinfo=clock.CITY_TIME))


@pytest.fixture
def moved(city, parents):
    """A case of 90 working days whose promised day in 2028 became later."""
    case = factories.case_of(factories.handled_newborn(parents.mother), "maternity")
    Case.objects.filter(id=case.id).update(promised_days=90, legal_days=90)
    with on(2027, 8, 30):
        services.accept(case.steps.get(kind="accept").id, actor=city.officer(INSURANCE, "window"))
    with on(2027, 11, 20):
        calendar.publish(YearTable(2028, rest={date(2028, 1, 3): "元旦"}), actor=None, reason="")
        assert services.recount_due_days(2028) == 1
    return Case.objects.get(id=case.id)


def pages(applicant, number):
    browser = signed_in(applicant.subject_id)
    return [browser.get(address).content.decode() for address in ("/my/", f"/applications/{number}/")]


def test_the_applicant_sees_that_a_promised_day_became_later_until_it_is_decided(moved, parents):
    number = moved.application.number
    before, after = moved.promise_before, moved.promise_due
    words = f"{before.year} 年 {before.month} 月 {before.day} 日改为 {after.year} 年 {after.month} 月 {after.day} 日"
    for page in pages(parents.mother, number):
        assert words in page
        assert "承诺办结日推后了" in page or "承诺办结日因放假安排调整" in page
    Case.objects.filter(id=moved.id).update(decision="granted", decided_at=clock.now())
    for page in pages(parents.mother, number):
        assert "承诺办结日推后了" not in page
        assert "承诺办结日因放假安排调整" not in page


def test_nobody_else_sees_it(moved, parents):
    assert "承诺办结日推后了" in pages(parents.mother, moved.application.number)[0]
    assert "承诺办结日推后了" not in signed_in(parents.father.subject_id).get("/my/").content.decode()
