"""The structure of a PDF decides, not its text: passive files are accepted, active ones refused however well hidden."""

import io
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongban.trust.files import examining
from tongban.trust.files.pdfs import boxed, structure
from tongban.trust.files.rules import FileRefused, pdf
from tongban.trust.files.tests import pdf_samples as samples
from tongban.trust.files.tests.samples import PDF, pdf_with, stream

REAL = {"written": samples.written, "scanned": samples.scanned, "form": samples.form}
PLAIN = samples.SAVINGS["plain"]


@pytest.mark.req("H1")
@pytest.mark.parametrize("how", samples.SAVINGS)
@pytest.mark.parametrize("what", REAL)
def test_field_case_real_documents_are_accepted_whatever_their_text_says(what, how):
    content = samples.again(REAL[what](), **samples.SAVINGS[how])
    assert structure.verdict(content) == structure.PASSIVE
    assert structure.verdict(REAL[what]()) == structure.PASSIVE


def test_a_real_document_is_accepted_on_upload():
    assert examining.media_type_of(samples.form()) == "application/pdf"


def test_field_case_text_that_only_names_active_content_is_accepted_compressed_or_not():
    words = b"BT (/JavaScript /Launch /Encrypt <</S/JavaScript/JS(x)>>) Tj ET % /S /JavaScript /EmbeddedFile\n"
    assert structure.verdict(pdf_with(stream(words, b""))) == structure.PASSIVE
    assert structure.verdict(pdf_with(stream(zlib.compress(words)))) == structure.PASSIVE


@pytest.mark.req("H1")
@pytest.mark.parametrize("how", samples.SAVINGS)
@pytest.mark.parametrize("kind", samples.HOSTILE)
def test_active_content_is_found_however_it_is_saved(kind, how):
    content = samples.hostile(kind, **samples.SAVINGS[how])
    assert structure.verdict(content) == samples.HOSTILE[kind][0]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (pdf_with(b"<</S/J#61vaScript/JS 4 0 R>>"), "script"),
        (pdf_with(b"<</S%x\n/#4a#61#76#61#53cript/JS()>>"), "script"),
        (pdf_with(b"<</S/JavaScript/S/GoTo/JS(x)>>"), "script"),
        (pdf_with(b"<</A<</S/Launch>>/A 4 0 R>>"), "broken"),
        (pdf_with(b"<</A<</S/JavaScript/JS(x)>> endobj"), "broken"),
        (pdf_with(b"<</X ] /S/JavaScript/JS(x)>>"), "broken"),
        (pdf_with(b"<</X" * 600 + b"<</S/JavaScript>>" + b">>" * 600), "broken"),
        (pdf_with(b"[" * 1_000_000), "broken"),
        (pdf_with(samples.object_stream(b"<</S/JavaScript/JS(x)>>")), "script"),
        (pdf_with(samples.object_stream(b"[1 2]", b"<</S/Launch>>")), "launch"),
        (
            pdf_with(samples.object_stream(b"[1 2]", b"<</S/Launch>>", packed=lambda raw: zlib.compress(raw)[:-3])),
            "launch",
        ),
        (pdf_with(samples.object_stream(b"[1 2]").replace(b"/First", b"/Firs")), "broken"),
        (PDF.replace(b"/Kids[4 0 R]/Count 1", b"/Kids[]/Count 0"), "broken"),
    ],
)
def test_active_content_that_only_lenient_readers_see_is_refused_too(content, word):
    assert structure.verdict(content) == word


def test_replaced_and_unlisted_objects_are_examined_too():
    base = samples.again(samples.scanned(), **PLAIN)
    number = len(pikepdf.open(io.BytesIO(base)).objects) + 1
    assert structure.verdict(samples.appended(base, number, b"<</Harmless(JavaScript)>>")) == structure.PASSIVE
    assert structure.verdict(samples.appended(base, number, b"<</S/JavaScript/JS(x)>>")) == "script"
    outside = base[: base.rindex(b"xref\n0")] + b"\n77 0 obj\n<</S/JavaScript/JS(x)>>\nendobj\n"
    outside += base[base.rindex(b"xref\n0") :]
    assert b"77 0 obj" in outside
    assert structure.verdict(outside) == "script"
    glued = outside.replace(b"\n77 0 obj\n", b" 77 0 obj ")
    assert structure.verdict(glued) == "script"


def test_a_password_that_one_has_to_type_is_refused():
    with pytest.raises(FileRefused, match="加了密码.*打印"):
        examining.accepted(samples.statement(user="secret"))


def test_field_case_a_bank_statement_that_opens_without_a_password_is_accepted_as_it_is():
    """Field case: banks and tax offices set an owner's password, which only forbids changes."""
    assert examining.accepted(samples.statement()) == ("application/pdf", samples.statement())


@pytest.mark.parametrize("how", ["plain", "packed", "for the web"])
@pytest.mark.parametrize("revision", [2, 3, 4, 6])
def test_every_kind_of_encryption_that_opens_without_a_password_is_read(revision, how):
    saving = samples.SAVINGS[how]
    assert structure.verdict(samples.statement(revision, **saving)) == structure.PASSIVE
    assert structure.verdict(samples.statement(revision, "secret", **saving)) == "encrypted"


@pytest.mark.req("H1")
@pytest.mark.parametrize("how", ["plain", "packed"])
@pytest.mark.parametrize("kind", samples.HOSTILE)
def test_active_content_is_found_in_an_encrypted_file_too(kind, how):
    content = samples.statement(6, kind=kind, **samples.SAVINGS[how])
    assert structure.verdict(content) == samples.HOSTILE[kind][0]


def test_objects_that_the_table_of_an_encrypted_file_hides_are_examined_or_refused():
    base = samples.statement(4, **PLAIN)
    number = len(pikepdf.open(io.BytesIO(base)).objects) + 5
    script, hidden = b"<</S/JavaScript/JS<0011>>>", samples.object_stream(b"<</S/JavaScript/JS(x)>>")
    assert structure.verdict(samples.revised(base, {number: b"<</Harmless<0011>>>"})) == structure.PASSIVE
    assert structure.verdict(samples.revised(base, {number: script})) == "script"
    for inside, word in ((script, "script"), (hidden, "encrypted"), (stream(b"x", b""), "encrypted")):
        behind = b"\n77 0 obj\n" + inside + b"\nendobj\n"
        assert structure.verdict(base + behind + base[base.rindex(b"startxref") :]) == word


def test_signed_documents_new_versions_and_printer_jobs_are_accepted():
    assert structure.verdict(samples.signed()) == structure.PASSIVE
    modern = samples.again(samples.form(), force_version="2.0", linearize=True)
    assert modern.startswith(b"%PDF-2.0")
    assert structure.verdict(modern) == structure.PASSIVE
    job = b'\x1b%-12345X@PJL JOB NAME="statement"\r\n@PJL ENTER LANGUAGE=PDF\r\n'
    for wrapped in (
        job + modern + b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X",
        b"\xef\xbb\xbf" + modern,
        b"\r\n" + modern,
    ):
        assert examining.accepted(wrapped).content == modern
    with pytest.raises(FileRefused, match="开头夹带"):
        examining.accepted(b"\x1b%-12345X<script>alert(1)</script>\r\n" + modern)


@pytest.mark.parametrize("kind", ["script at opening", "program", "attachment", "dynamic form"])
def test_field_case_a_file_that_acts_is_refused_with_a_way_out(kind):
    """Field case: a PDF that runs a script at opening, starts a program or carries files."""
    with pytest.raises(FileRefused, match="请在阅读软件里用“打印”另存为新的 PDF 后再上传"):
        examining.accepted(samples.hostile(kind))


BOMB = zlib.compress(bytes(300 * 1024 * 1024), 9)


@pytest.mark.req("H1")
@pytest.mark.parametrize(
    "inside",
    [
        stream(BOMB),
        stream(BOMB, b"/Filter/Fl#61teDecode"),
        stream(BOMB, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
        stream(zlib.compress(BOMB), b"/Filter[/FlateDecode/FlateDecode]"),
        stream(zlib.compress(BOMB).hex().encode() + b">", b"/Filter[/AHx/Fl/Fl]"),
        stream(b"x", b"/Filter[/Fl/Fl/Fl]"),
        stream(samples.lzw_of_zeros(60_000) * 1, b"/Filter[/LZWDecode/LZWDecode/LZWDecode]"),
        stream(b"x", b"/Width 900000/Height 900000/Filter/JBIG2Decode"),
        b"\n".join(
            stream(zlib.compress(bytes(100 << 20))) + b"\nendobj\n%d 0 obj" % number for number in range(10, 13)
        )
        + b" 1",
    ],
    ids=["packed", "escaped", "objects", "twice", "hex", "thrice", "lzw", "wide", "many"],
)  # fmt: skip
def test_a_decompression_bomb_is_refused_inside_the_sandbox(inside):
    assert boxed.verdict(pdf_with(inside)) in {"too-large", "too-complex"}


def test_lzw_data_is_measured_by_its_decompressed_size():
    small, large = samples.lzw_of_zeros(4000), samples.lzw_of_zeros(160_000)
    assert boxed.verdict(pdf_with(stream(small, b"/Filter/LZWDecode"))) == structure.PASSIVE
    assert len(large) < 300_000
    assert boxed.verdict(pdf_with(stream(large, b"/Filter/LZWDecode"))) == "too-large"


def test_a_colour_scan_and_a_damaged_stream_are_accepted():
    scan = stream(zlib.compress(bytes(2480 * 3508 * 3)), b"/Width 2480/Height 3508/Filter/FlateDecode")
    assert boxed.verdict(pdf_with(scan)) == structure.PASSIVE
    assert boxed.verdict(pdf_with(stream(b"damaged, but no bomb"))) == structure.PASSIVE


@pytest.mark.parametrize(
    "content",
    [
        PDF.replace(b"trailer", b"".join(b"%d 0 obj\n1\nendobj\n" % n for n in range(5, 250_000)) + b"trailer"),
        b"%PDF-1.7 " + b"1 " * 2_000_000 + b"%%EOF",
        b"%PDF-1.7 " + b"1 0 obj " * 300_000 + b"%%EOF",
        pdf_with(b"<</X" * 300_000 + b"1" + b">>" * 300_000),
        PDF.replace(b"/Kids[4 0 R]", b"/Kids[2 0 R 4 0 R]"),
    ],
    ids=["objects", "digits", "empty objects", "depth", "circle"],
)
def test_a_file_that_only_costs_time_is_stopped_in_time(content):
    with pytest.raises(FileRefused):
        pdf.check_verdict(boxed.verdict(content))


def test_a_huge_or_cyclic_page_tree_costs_nothing():
    """The page tree is not followed, so cycles and 20000 pages are handled like any other objects."""
    with pikepdf.new() as document:
        for _ in range(3000):
            document.add_blank_page()
        content = samples.saved(document)
    assert boxed.verdict(content) == structure.PASSIVE


def test_the_sandbox_has_limits_and_no_secrets(monkeypatch):
    """The program that reads hostile files sees no environment, and refuses a file that needs too much memory."""
    monkeypatch.setenv("TONGBAN_SECRET_KEY", "secret")
    seen = []
    run = subprocess.run

    def watched(command, **given):
        seen.append((command, given))
        return run(command, **given)

    monkeypatch.setattr(subprocess, "run", watched)
    boxed._PASSIVE.clear()
    assert boxed.verdict(samples.scanned()) == structure.PASSIVE
    assert boxed.verdict(samples.scanned()) == structure.PASSIVE
    [(command, given)] = seen
    assert given["env"] == {}
    assert command[:2] == [sys.executable, "-I"]
    probe = "import os, sys; sys.path.insert(0, sys.argv[1]); import structure; structure._limit(); bytearray(2 << 30)"
    place = str(Path(structure.__file__).parent)
    told = run([sys.executable, "-c", probe, place], capture_output=True, check=False)
    assert b"MemoryError" in told.stderr


def test_a_failing_sandbox_gives_no_approval(monkeypatch, tmp_path):
    for program in ("raise SystemExit(1)", "import os; os.kill(os.getpid(), 11)", "print('anything')"):
        path = tmp_path / "program.py"
        path.write_text(program)
        monkeypatch.setattr(boxed, "_PROGRAM", str(path))
        with pytest.raises(FileRefused):
            pdf.check_verdict(boxed.verdict(PDF + os.urandom(4).hex().encode()))
    monkeypatch.setattr(boxed, "TIMEOUT", 0.2)
    path.write_text("while True: pass")
    assert boxed.verdict(PDF + b"\n") == "too-complex"


@pytest.mark.parametrize("word", ["script", "launch", "attachment", "media", "external", "form", "broken"])
def test_each_message_says_what_to_do(word):
    with pytest.raises(FileRefused, match="打印|重新") as refused:
        pdf.check_verdict(word)
    assert "PDF" in str(refused.value)


CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 6),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from([b"<<", b">>", b"[", b"]", b"(", b")", b"%", b"\n", b" 0 obj", b"endobj", b"stream", b"/"]),
        ),
    ),
    max_size=6,
)
BASES = [
    samples.again(REAL[name](), **samples.SAVINGS[how])
    for name, how in [("written", "packed"), ("form", "plain"), ("scanned", "plain"), ("form", "for the web")]
] + [PDF]


def changed(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    made = bytearray(content)
    for where, gone, new in changes:
        at = int(where * len(made))
        made[at : at + gone] = new
    return bytes(made)


@given(base=st.sampled_from(BASES), changes=CHANGES, cut=st.one_of(st.just(1.0), st.floats(0, 1)))
def test_a_changed_file_causes_no_error_but_a_refusal(base, changes, cut):
    content = changed(base, changes)
    word = structure.verdict(content[: int(cut * len(content))])
    assert word == structure.PASSIVE or word in pdf.SENTENCES


@given(
    base=st.sampled_from(BASES[:3]),
    kind=st.sampled_from(sorted(samples.HOSTILE)),
    how=st.sampled_from(sorted(samples.SAVINGS)),
)
def test_no_active_content_is_accepted_in_any_document(base, kind, how):
    assert structure.verdict(samples.hostile(kind, base=base, **samples.SAVINGS[how])) == samples.HOSTILE[kind][0]


ACTIVE = [
    b"<</S/JavaScript/JS(app.alert)>>",
    b"<</S/J#61v#61Script/JS(app.alert)>>",
    b"<</Type/Action/S/Launch/F(cmd.exe)>>",
    b"<</A[<</B<</S/JavaScript/JS<6170>>>>>]>>",
]


@given(active=st.sampled_from(ACTIVE), where=st.floats(0, 1), changes=CHANGES, base=st.sampled_from(BASES[1:3]))
def test_an_intact_active_object_is_found_in_every_changed_file(active, where, changes, base):
    """It is found whatever happens to the rest of the file, tables and offsets included."""
    at = int(where * base.rindex(b"xref\n0"))
    content = changed(base[:at], changes) + b"\n801 0 obj\n" + active + b"\nendobj\n" + changed(base[at:], changes)
    assert structure.verdict(content) != structure.PASSIVE


@given(active=st.sampled_from(ACTIVE), changes=CHANGES, packed=st.booleans())
def test_a_changed_hostile_file_is_refused_unless_the_change_hit_its_active_content(active, changes, packed):
    inside = samples.object_stream(b"[1]", active) if packed else active
    base = pdf_with(inside)
    content = changed(base, changes)
    assume(inside in content and b"\n3 0 obj\n" + inside + b"\nendobj" in content)
    assert structure.verdict(content) != structure.PASSIVE


@pytest.mark.parametrize("lines", [b"@PJL\n\n" * 5_000, b"@PJL" + b"\n" * 30_000, b"@PJL \r\n\t" * 5_000])
def test_a_printer_job_without_a_document_is_read_once(lines):
    """There is one way only to match each line: with two, forty lines would take days."""
    content = b"\x1b%-12345X" + lines + b"x"
    assert pdf.without_printer_job(content) == content
    ended = b"\xef\xbb\xbf%PDF-1.7 %%EOF" + content + b"x"
    assert pdf.without_printer_job(ended) == ended[3:]
