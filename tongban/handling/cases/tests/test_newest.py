"""The newest applications by the prepared statement are those of the list."""

import pytest

from tongban.handling.cases import queries, services
from tongban.handling.cases.tests import factories

pytestmark = pytest.mark.django_db


def test_the_prepared_statement_says_what_the_list_says():
    city = factories.make_city()
    mother = factories.make_parents(city).mother
    application = factories.handled_newborn(mother)
    services.request_correction(
        factories.case_of(application, "maternity").steps.get(kind="accept", state="open").id,
        wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
        actor=city.officer("市医疗保障局", "window"),
    )
    listed, _ = queries.my_applications(mother.party, seen_by=mother)
    newest = queries.newest_applications(mother.party, seen_by=mother)
    assert newest == list(listed)
    assert newest[0].corrections == 1
    assert newest[0].cases == 9
    assert 0 < newest[0].closed < 9
    father = factories.make_parents(city).father
    assert queries.newest_applications(father.party, seen_by=father) == []
