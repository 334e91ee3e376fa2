"""A submission writes the same rows as its models would, and locks number series only briefly."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tongban.foundation import clock
from tongban.foundation.writing import insert_together
from tongban.handling.cases import services
from tongban.handling.cases.models import Case, CaseMaterial, Step
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.handling.cases.services.moves import next_numbers
from tongban.handling.cases.tests import factories

AT = datetime(2026, 11, 25, 3, 4, 5, 678901, tzinfo=UTC)
AFTER_NUMBERS = 4
"""Application, rows, entries, and the end of the transaction."""


def rows_for(application, number: str):
    case = Case(
        application=application, number=number, step_key=f"extra-{number}", position=20, item_code="X-1",
        item_version=1, name="补办“100%”的事", department=application.cases.first().department,
        division_code="990102", state="submitted", promised_days=3, legal_days=20, received_at=AT,
        promise_due=None, basis={"why": ["a", {"b": None}]}, reason="只有本人能看的理由",
    )  # fmt: skip
    material = CaseMaterial(case=case, key="paper", name="纸", way="upload", met=False, checked_at=AT)
    steps = [
        Step(
            case=case, key=key, name=key, kind="accept", department=case.department, state="open", opened_at=AT,
            due_on=clock.legal_day(AT), opinion="同意",
        )
        for key in ("one", "two")
    ]  # fmt: skip
    return case, material, steps


def written(case) -> list[dict]:
    """Return all columns of the case and its dependent rows, decrypted, without keys that always differ."""
    own = {"id", "case_id", "number", "step_key"}
    found = [Case.objects.get(id=case.id), *case.materials.all(), *case.steps.order_by("key")]
    return [
        {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in own} for row in found
    ]


def test_rows_equal_those_that_the_models_would_write(application):
    case, material, steps = rows_for(application, "A")
    insert_together([case, material, *steps])
    other, paper, others = rows_for(application, "B")
    other.save(force_insert=True)
    paper.save(force_insert=True)
    for step in others:
        step.save(force_insert=True)
    assert written(case) == written(other)
    assert len(written(case)) == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM cases_case WHERE id = %s", [case.id])
        assert "只有本人".encode() not in bytes(cursor.fetchone()[0])


def test_writing_no_rows_needs_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_together([])


def test_one_invalid_row_keeps_all_rows_out(application):
    case, material, steps = rows_for(application, "A")
    steps[1].key = steps[0].key
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together([case, material, *steps])
    assert not Case.objects.filter(id=case.id).exists()


def test_numbers_of_a_day_are_consecutive_and_unique(db):
    first = next_numbers(AT, "990102", {"002": 2, "001": 1})
    second = next_numbers(AT, "990102", {"001": 3})
    assert {code: len(numbers) for code, numbers in first.items()} == {"001": 1, "002": 2}
    assert [number[15:21] for number in first["001"] + second["001"]] == ["000001", "000002", "000003", "000004"]
    assert [number[12:15] for number in first["002"]] == ["002", "002"]
    given = [*first["001"], *first["002"], *second["001"]]
    assert len(set(given)) == 6
    assert all(map(is_case_number, given))


def test_a_submission_locks_number_series_for_few_statements_whatever_its_size(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    with CaptureQueriesContext(connection) as captured:
        services.submit(draft.id, actor=parents.mother)
    statements = [query["sql"] for query in captured]
    series = [place for place, sql in enumerate(statements) if "cases_number_series" in sql]
    assert len(series) == 1
    assert len(statements) - series[0] - 1 <= AFTER_NUMBERS
