"""Two workers at the same time produce one licence and one document."""

from typing import Any

import pytest

from tongban.exchange.licences import services
from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.tests.conftest import Town
from tongban.foundation.testing import together


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_issue_a_licence_once(town: Town, issue: Any) -> None:
    results = together(*[lambda: issue(case_number="C1").id] * 4)
    assert len(set(results)) == 1, results
    assert Licence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_cases_of_one_holder_create_two_versions_of_one_number(town: Town, issue: Any) -> None:
    cases = iter(("C1", "C2", "C3"))
    results = together(*[lambda: issue(case_number=next(cases)).version] * 3)
    assert sorted(results, key=str) == [1, 2, 3], results
    assert Licence.objects.filter(status="valid").count() == 1
    assert Licence.objects.values("number_index").distinct().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_readers_get_the_same_bytes(town: Town, issue: Any) -> None:
    licence = issue()
    results = together(*[lambda: services.render(licence.id)] * 3)
    assert len(set(results)) == 1
    assert RenderedDocument.objects.count() == 1
