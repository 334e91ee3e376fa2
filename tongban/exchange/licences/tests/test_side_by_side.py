"""Two workers at the same time produce one licence and one document."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from tongban.exchange.licences import services
from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.tests.conftest import Town


def side_by_side(times: int, work: Callable[[], Any]) -> list[Any]:
    """Run threads that start together, each on its own connection, and return their results."""
    start, results = Barrier(times), []

    def run() -> None:
        start.wait()
        try:
            results.append(work())
        except Exception as problem:
            results.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_issue_a_licence_once(town: Town, issue: Any) -> None:
    results = side_by_side(4, lambda: issue(case_number="C1").id)
    assert len(set(results)) == 1, results
    assert Licence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_cases_of_one_holder_create_two_versions_of_one_number(town: Town, issue: Any) -> None:
    cases = iter(("C1", "C2", "C3"))
    results = side_by_side(3, lambda: issue(case_number=next(cases)).version)
    assert sorted(results, key=str) == [1, 2, 3], results
    assert Licence.objects.filter(status="valid").count() == 1
    assert Licence.objects.values("number_index").distinct().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_readers_get_the_same_bytes(town: Town, issue: Any) -> None:
    licence = issue()
    results = side_by_side(3, lambda: services.render(licence.id))
    assert len(set(results)) == 1
    assert RenderedDocument.objects.count() == 1
