"""A verdict on a seal counts for the content of its row only."""

from typing import Any

import pytest
from django.db import connection

from tongban.exchange.licences import queries, verdicts
from tongban.exchange.licences.tests.conftest import Town
from tongban.foundation import clock


@pytest.fixture(autouse=True)
def no_verdicts() -> None:
    verdicts._intact.clear()


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
    monkeypatch.setattr(verdicts, "KEPT", 2)
    for content in (b"a", b"b", b"a", b"c"):
        assert verdicts.once_for_content(content, lambda: True)
    assert list(verdicts._intact) == [b"a", b"c"]
