"""Which applications are overdue: the list and the home page agree with the lights of the progress page."""

from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Case
from tongban.handling.cases.tests import factories

pytestmark = pytest.mark.django_db
INSURANCE = "市医疗保障局"


def red_cases(application):
    return sum(row.light == "red" for row in queries.case_rows(application))


@pytest.mark.parametrize("days", [0, 3, 8, 30, 90])
@pytest.mark.parametrize("moved", ["waits for acceptance", "accepted", "to be corrected", "delivered", "closed"])
def test_overdue_cases_are_those_that_the_progress_page_shows_in_red(city, parents, days, moved):
    application = factories.handled_newborn(parents.mother)
    case = factories.case_of(application, "maternity")
    accept = case.steps.get(kind="accept", state="open")
    if moved == "accepted":
        services.accept(accept.id, actor=city.officer(INSURANCE, "window"))
    elif moved == "to be corrected":
        services.request_correction(
            accept.id,
            wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
            actor=city.officer(INSURANCE, "window"),
        )
    elif moved == "delivered":
        Case.objects.filter(id=case.id).update(state="delivering")
    elif moved == "closed":
        services.withdraw(application.id, reason="不办了", actor=parents.mother, case_id=case.id)
    with clock.at_moment(clock.now() + timedelta(days=days)):
        found = queries.overdue_cases([application.id])
        assert found.get(application.id, 0) == red_cases(application)
        assert (application.id in found) == bool(red_cases(application))


def test_no_application_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.overdue_cases([]) == {}
