"""The PDF is rendered once, is small, and has a seal that the `openssl` command verifies."""

import io
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tongban.exchange.licences import document, glyphs, queries, seals, services
from tongban.exchange.licences.models import RenderedDocument
from tongban.foundation import clock
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


def test_what_is_signed_at_the_moment_of_the_rename_verifies(issue: Any) -> None:
    """The issuing transaction read the old name, and its time lies just after that of the new one."""
    from tongban.people.organisation import services as organisation
    from tongban.trust.ledger.testing import Someone

    def rename(name: str, at: datetime) -> None:
        with clock.at_moment(at):
            organisation.rename_department(
                licence.issuer_id, name=name, short_name="新名局", reason="文号", actor=Someone("test")
            )

    licence = issue()
    former = licence.issuer.name
    rename("新的名称局", licence.issued_at - timedelta(seconds=3))
    kept = type(licence).objects.get(id=licence.id)
    assert kept.issuer.name_at(kept.issued_at) == "新的名称局"
    assert services.verify_record(kept).record_ok
    assert seals.issuer_name(kept) == former, "the document bears the name that was signed"
    rename("另外的局", licence.issued_at + timedelta(days=1))
    kept = type(licence).objects.get(id=licence.id)
    assert seals.is_untouched(kept)
    kept.issuer.former_names[0]["until"] = (licence.issued_at - timedelta(minutes=6)).isoformat()
    assert not seals.is_untouched(kept), "a name that ended long before"
    kept = type(licence).objects.get(id=licence.id)
    kept.number = "X1"
    assert not seals.is_untouched(kept)


@pytest.mark.req("C12")
def test_an_altered_file_is_detected(issue: Any) -> None:
    licence = issue()
    services.render(licence.id)
    RenderedDocument.objects.update(signature=crypto.sign(licence.key_id, b"another file"))
    result = services.verify_record(licence)
    assert result.record_ok
    assert result.document_ok is False
    assert not result.is_good


RARE = {
    "a rare character": "𠮷宁",
    "the last of GB 18030": "\U0002ebe0",
    "Hangul": "김철수 학생",
    "Tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ",
    "Uyghur": "ئالىمجان ئەخمەت",
    "Yi and Mongolian": "ꀀꑌ ᠮᠣᠩᠭᠣᠯ",
    "emoji": "谢谢👩\u200d👧😀🇨🇳❤\ufe0f",
    "private use": "\ue81e\ue000",
    "combining marks": "e\u0301 n\u0303",
    "invisible": "甲\u200b\u202e乙\u00a0丙\u3000丁\n戊",
    "unassigned": "\u0378\U000e0041",
}


@pytest.mark.parametrize("text", RARE.values(), ids=RARE.keys())
@pytest.mark.parametrize("kind", ["birth-certificate", "premium-receipt"])
def test_field_case_a_document_is_drawn_whatever_the_name_holds(issue: Any, kind: str, text: str) -> None:
    licence = issue(kind, surface={"新生儿姓名": text, "备注" + text: f"情况：{text}。"})
    licence.holder_name = licence.issuer.name = licence.type.name = licence.number = text
    assert document.render(licence).startswith(b"%PDF-")


def test_what_no_font_has_is_a_box_with_its_code_and_the_rest_stays_text() -> None:
    known = glyphs.known_to(document.font_folder())
    assert glyphs.parts("端木𠮷宁", known) == ["端木", {"code": "20BB7"}, "宁"]
    assert glyphs.parts("甲\u200b\u202e乙❤\ufe0f", known)[0] == "甲乙"
    assert glyphs.parts("e\u0301", known) == ["é"]
    assert glyphs.parts("", known) == []


UYGHUR, TIBETAN = "ئابدۇراخمان مەمتىمىن", "བཀྲ་ཤིས་ཚེ་རིང་།"


def test_both_weights_of_each_font_have_the_same_characters() -> None:
    families = [
        ("NotoSerifSC", "李㐂·" + document.MISSING), ("NotoNaskhArabic", UYGHUR), ("NotoSerifTibetan", TIBETAN),
    ]  # fmt: skip
    for name, needed in families:
        paths = document.font_folder().glob(f"**/{name}_*.ttf")
        fonts = [frozenset(glyphs._code_points(path.read_bytes())) for path in paths]
        assert len(fonts) == 2
        assert fonts[0] == fonts[1]
        assert {ord(c) for c in needed if c != " "} < fonts[0]


def test_field_case_uyghur_and_tibetan_names_are_written_out_in_one_piece(issue: Any) -> None:
    """Field case: each letter of such a name was a box with a code point."""
    licence = issue("birth-certificate", surface={"新生儿姓名": UYGHUR, "母亲姓名": TIBETAN})
    licence.holder_name = UYGHUR
    with pikepdf.open(io.BytesIO(document.render(licence))) as pdf:
        embedded = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    assert any("NotoNaskhArabic" in name for name in embedded)
    assert any("NotoSerifTibetan" in name for name in embedded)
    assert glyphs.parts(UYGHUR, glyphs.known_to(document.font_folder())) == [UYGHUR]
    assert not document._data(licence)["has_boxes"]
    apart = "\u200c".join(UYGHUR)
    assert glyphs.parts(apart, glyphs.known_to(document.font_folder())) == [apart], "a writer's joiners are kept"


def test_a_selector_of_variants_is_left_out_even_where_a_font_has_it() -> None:
    assert glyphs.parts("葛\ufe00城", frozenset(map(ord, "葛城\ufe00"))) == ["葛城"]


@given(st.text(max_size=40))
def test_every_text_is_drawn_without_a_character_that_the_fonts_lack(text: str) -> None:
    known = glyphs.known_to(document.font_folder())
    assert all(
        ord(c) in known or c in " \n" for part in glyphs.parts(text, known) for c in part if isinstance(part, str)
    )
