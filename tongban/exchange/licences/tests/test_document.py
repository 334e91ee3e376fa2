"""The PDF is rendered once, is small, and has a seal that the `openssl` command verifies."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tongban.exchange.licences import document, queries, services
from tongban.exchange.licences.models import RenderedDocument
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import queries as ledger


def test_the_document_is_rendered_once_and_stays_the_same(issue: Any) -> None:
    licence = issue(case_number="C1")
    first = services.render(licence.id)
    assert first.startswith(b"%PDF-")
    assert len(first) < 200_000
    assert services.render(licence.id) == first
    assert RenderedDocument.objects.count() == 1
    assert [e.type for e in ledger.entries_of(licence.id)] == ["licences.LicenceIssued", "licences.LicenceRendered"]
    assert services.verify_record(licence).document_ok
    assert queries.code_of_document(first) == licence.verify_code
    assert queries.code_of_document(first + b" ") is None


def test_a_result_document_is_rendered_too(issue: Any) -> None:
    assert services.render(issue("premium-receipt", surface={"缴费金额": "400.00 元", "备注": ""}).id)[:5] == b"%PDF-"


@pytest.mark.req("D6")
def test_the_stored_file_is_encrypted(issue: Any) -> None:
    document = services.render(issue().id)
    stored = [path for path in Path(settings.FILE_FOLDER).rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert document[:16] not in stored[0].read_bytes()


@pytest.mark.req("C12", "H1")
def test_the_openssl_command_verifies_the_same_signature(issue: Any, tmp_path: Path) -> None:
    licence = issue()
    content = services.render(licence.id)
    (tmp_path / "document.pdf").write_bytes(content)
    (tmp_path / "document.sig").write_bytes(bytes(licence.document.signature))
    (tmp_path / "issuer-key.pem").write_text(crypto.public_key_pem(licence.key_id))

    def openssl() -> subprocess.CompletedProcess[str]:
        # The command that the licence's page prints.
        command = "openssl dgst -sm3 -verify issuer-key.pem -sigopt distid:1234567812345678 -signature document.sig"
        whole = [*command.split(), "document.pdf"]
        return subprocess.run(whole, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = openssl()
    assert (good.returncode, good.stdout.strip()) == (0, "Verified OK"), good.stderr
    (tmp_path / "document.pdf").write_bytes(content[:-1] + b"\x00")
    assert openssl().returncode != 0


def test_the_qr_code_holds_the_public_address_and_nothing_else(issue: Any) -> None:
    licence = issue()
    address = document.verify_address(licence.verify_code)
    assert address == f"https://yunzhou.example/verify/{licence.verify_code}/"
    assert document.qr_svg(address).startswith("<svg")


def test_what_a_department_issued_under_its_former_name_stays_valid(issue: Any) -> None:
    from tongban.people.organisation import services as organisation
    from tongban.trust.ledger.testing import Someone

    licence = issue()
    former = licence.issuer.name
    organisation.rename_department(
        licence.issuer_id, name="新的名称局", short_name="新名局", reason="文号", actor=Someone("test")
    )
    old, new = type(licence).objects.get(id=licence.id), issue()
    assert services.verify_record(old).record_ok
    assert services.verify_record(type(licence).objects.get(id=new.id)).record_ok
    assert (old.issuer.name_at(old.issued_at), old.issuer.name_at(new.issued_at)) == (former, "新的名称局")


@pytest.mark.req("C12")
def test_an_altered_file_is_detected(issue: Any) -> None:
    licence = issue()
    services.render(licence.id)
    RenderedDocument.objects.update(signature=crypto.sign(licence.key_id, b"another file"))
    result = services.verify_record(licence)
    assert result.record_ok
    assert result.document_ok is False
    assert not result.is_good
