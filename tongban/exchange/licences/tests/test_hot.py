"""The prepared statements find the licences that the ORM finds."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q

from tongban.exchange.licences import hot
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.rules import Status
from tongban.exchange.licences.tests.conftest import Town
from tongban.foundation import clock

TYPES = ["id-card", "household-register", "marriage-certificate"]


def fields_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("later", [0, 400])
def test_the_rows_are_those_of_the_orm(town: Town, issue: Any, later: int, django_assert_num_queries: Any) -> None:
    today = clock.legal_day(clock.now())
    for key in TYPES[:2] * 2:
        issue(key, holder_id=town.mother, issuer_id=town.police, keeper_id=None, valid_until=today + timedelta(days=90))
    issue("marriage-certificate", holder_id=town.mother, keeper_id=None, valid_from=today + timedelta(days=200))
    issue("id-card", holder_id=town.stranger, issuer_id=town.police, keeper_id=None)
    day = today + timedelta(days=later)
    orm = (
        Licence.objects.select_related("type", "issuer")
        .filter(holder_id=town.mother, type__key__in=TYPES, status=Status.VALID, valid_from__lte=day)
        .filter(Q(valid_until=None) | Q(valid_until__gte=day))
        .order_by("type_id", "-issued_at", "-id")
        .distinct("type_id")
    )
    with django_assert_num_queries(1):
        found = [row for row, _ in hot.valid_rows(town.mother, TYPES, day)]
        related = [(fields_of(row.type), fields_of(row.issuer)) for row in found]
    assert [fields_of(row) for row in found] == [fields_of(row) for row in orm]
    assert related == [(fields_of(row.type), fields_of(row.issuer)) for row in orm]
    assert len(found) == (1 if later else 2)


def test_what_issuing_looks_for_is_found(town: Town, issue: Any) -> None:
    licence = issue(case_number="26")
    kind = hot.type_with_key("birth-certificate")
    assert kind is not None
    assert fields_of(kind) == fields_of(licence.type)
    assert hot.type_with_key("no-such-type") is None
    found = hot.issued_for("26", kind)
    assert found is not None
    assert fields_of(found) == fields_of(Licence.objects.get(id=licence.id))
    other = hot.type_with_key("id-card")
    assert other is not None
    assert hot.issued_for("26", other) is None
    assert hot.issued_for("27", kind) is None
    taken = [hot.is_number_taken(one, ["x", licence.number_index]) for one in (kind, other)]
    assert taken == [True, False]
    assert not hot.is_number_taken(kind, ["x"])
