"""The prepared statement finds the licences that the ORM finds, and a verdict on a seal counts for its content only."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from tongban.exchange.licences import hot, queries
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.rules import Status
from tongban.exchange.licences.tests.conftest import Town
from tongban.foundation import clock

TYPES = ["id-card", "household-register", "marriage-certificate"]


def fields_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture(autouse=True)
def no_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    hot._intact.clear()


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


def test_a_seal_is_verified_once_for_the_same_content(town: Town, issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    issue()
    real, calls = queries.is_untouched, []
    monkeypatch.setattr(queries, "is_untouched", lambda licence: calls.append(1) or real(licence))
    for _ in range(3):
        assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now())
    assert len(calls) == 1


@pytest.mark.parametrize(
    "change",
    [
        "valid_until = '2099-01-01'",
        "automatic = NOT automatic",
        "item_code = 'XX-01'",
        "signature = set_byte(signature, 20, (get_byte(signature, 20) + 1) % 256)",
        "holder_name = set_byte(holder_name, 30, (get_byte(holder_name, 30) + 1) % 256)",
        "number = holder_name",
    ],
)
def test_a_licence_altered_after_its_seal_was_found_intact_is_no_proof(town: Town, issue: Any, change: str) -> None:
    issue()
    assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE licences_licence SET {change}")
    assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now()) == {}


def test_an_issuer_renamed_after_the_verdict_is_verified_again(town: Town, issue: Any) -> None:
    issue()
    assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisation_department SET name = name || '改' WHERE id = %s", [town.health])
    assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now()) == {}


def test_only_so_many_verdicts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot, "KEPT", 2)
    for content in (b"a", b"b", b"a", b"c"):
        assert hot.once_for_content(content, lambda: True)
    assert list(hot._intact) == [b"a", b"c"]
