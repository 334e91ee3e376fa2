"""While a key or the file store is away, a licence is neither genuine nor forged: the check has to wait."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tongban.exchange.licences import queries, services
from tongban.exchange.licences.tests.conftest import Town
from tongban.foundation import clock
from tongban.trust.crypto import keyring
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable
from tongban.trust.files.stores import StoreUnavailable


def _no_key_opens(monkeypatch: Any, failure: type[Exception]) -> None:
    def refuse(ring: keyring.Ring, number: int) -> keyring.OpenedDataKey:
        raise failure()

    monkeypatch.setattr(keyring.Ring, "open", refuse)


def _block_the_store() -> None:
    """Put a folder in the place of each stored content, so that the disk refuses to read it."""
    contents = [path for path in Path(settings.FILE_FOLDER).glob("??/??/*") if path.is_file()]
    assert contents
    for path in contents:
        path.unlink()
        path.mkdir()


@pytest.mark.req("C12")
def test_without_keys_the_public_is_told_to_try_again(issue: Any, monkeypatch: Any) -> None:
    licence = issue()
    _no_key_opens(monkeypatch, KeyUnavailable)
    answer = Client().get(f"/verify/{licence.verify_code}/")
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "密钥服务暂时不可用" in text
    assert "请稍后再试" in text
    assert "签名不符" not in text


@pytest.mark.req("C12")
def test_without_keys_another_system_gets_a_problem_and_no_verdict(issue: Any, monkeypatch: Any) -> None:
    licence = issue()
    _no_key_opens(monkeypatch, KeyUnavailable)
    answer = Client().post("/api/v1/verification", {"code": licence.verify_code}, content_type="application/json")
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert problem["type"] == "urn:tongban:problem:key-unavailable"
    assert "请稍后再试" in problem["detail"]
    assert "genuine" not in problem


def test_a_document_in_an_unreachable_store_is_not_called_altered(issue: Any) -> None:
    licence = issue()
    services.render(licence.id)
    _block_the_store()
    with pytest.raises(StoreUnavailable):
        services.verify_record(licence)
    answer = Client().get(f"/verify/{licence.verify_code}/")
    assert answer.status_code == 503
    assert "文件库暂时连不上" in answer.content.decode()


def test_a_missing_document_counts_as_altered(issue: Any, caplog: Any) -> None:
    licence = issue()
    services.render(licence.id)
    for path in Path(settings.FILE_FOLDER).glob("??/??/*"):
        path.unlink()
    assert services.verify_record(licence).document_ok is False
    assert f"licence {licence.id}: the document does not open: NotFound" in caplog.text


def test_an_application_is_not_told_that_its_licence_is_missing(town: Town, issue: Any, monkeypatch: Any) -> None:
    issue()
    _no_key_opens(monkeypatch, KeyUnavailable)
    with pytest.raises(KeyUnavailable):
        queries.valid_licences(town.child, ["birth-certificate"], at=clock.now())


def test_a_licence_under_a_destroyed_key_is_neither_proof_nor_called_altered(
    town: Town, issue: Any, monkeypatch: Any
) -> None:
    licence = issue()
    _no_key_opens(monkeypatch, KeyDestroyed)
    assert queries.valid_licences(town.child, ["birth-certificate"], at=clock.now()) == {}
    answer = Client().get(f"/verify/{licence.verify_code}/")
    assert answer.status_code == 410
    assert "依规定销毁" in answer.content.decode()
