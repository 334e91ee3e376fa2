"""Active content that one reader finds and another does not: such a file is refused, and in little time."""

import zlib

import pytest

from tongban.trust.files import examining
from tongban.trust.files.pdfs import boxed, limits, places, structure, words
from tongban.trust.files.rules import FileRefused
from tongban.trust.files.tests import pdf_samples as samples
from tongban.trust.files.tests.samples import PDF, pdf_with, stream

PACKED = zlib.compress(samples.HIDDEN)
FLATE = b"/Filter/FlateDecode"
TABLES = ["compressed", "hybrid", "short"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("dictionary", "data"),
    [
        (b"/Type/ObjStm/N 1/First 4" + FLATE, PACKED),
        (b"/N 1/First 4" + FLATE, PACKED),
        (b"/N 1.0/First 4.0" + FLATE, PACKED),
        (b"/Type/ObjStm/N 1.0/First 4" + FLATE, PACKED),
        (b"/Type/ObjStm/N 1/First (4)" + FLATE, PACKED),
        (b"/Type/ObjStm/N true/First 4" + FLATE, PACKED),
        (b"/Type/ObjStm/N 0/First 4" + FLATE, PACKED),
        (b"/Type/ObjStm/N 1/First 99 0 R" + FLATE, PACKED),
        (b"/Type/Foo/N 1/First 4" + FLATE, PACKED),
        (b"/Type(ObjStm)/N 1/First 4" + FLATE, PACKED),
        (b"/Type/ObjStm/N 1/First 4" + FLATE, PACKED[:-4]),
        (b"/N 1/First 4" + FLATE, PACKED[:-4]),
        (b"/N 1/First 4/Filter/Fl", PACKED),
        (b"/N 1/First 4/Filter[/FlateDecode/Crypt]", PACKED),
        (b"/N 1/First 4/Filter/LZWDecode", PACKED),
        (b"/Subtype/Image" + FLATE, PACKED),
        (FLATE, zlib.compress(b"4 0 <</S 5 0 R/JS(app.alert(1))>>")),
        (b"", samples.HIDDEN),
        (b"/N 1/First 4", samples.HIDDEN),
    ],
)  # fmt: skip
def test_an_object_stream_that_is_not_written_as_the_standard_says_is_refused(dictionary, data, table):
    content = samples.with_table(dictionary, data, table=table)
    assert structure.verdict(content) in {"script", "broken"}
    with pytest.raises(FileRefused, match="打印|重新"):
        examining.media_type_of(content)


@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_object_stream_is_refused_even_if_what_is_left_of_it_is_passive(table):
    whole = zlib.compress(b"4 0 <</S/GoTo/D[3 0 R/Fit]>> % and more")
    right, short = (
        samples.with_table(b"/Type/ObjStm/N 1/First 4" + FLATE, data, table=table) for data in (whole, whole[:-4])
    )
    assert structure.verdict(right) == structure.PASSIVE
    assert structure.verdict(short) == "broken"


REVISED = {
    4: b"<</S/GoTo/D[3 0 R/Fit]>>",
    9: stream(zlib.compress(b"a picture"), b"/Subtype/Image/Width 1/Height 1/Filter/FlateDecode"),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_later_revision_may_use_the_number_of_an_object_stream_again(table):
    base = samples.with_table(b"/Type/ObjStm/N 1/First 4" + FLATE, zlib.compress(b"4 0 <</S/GoTo/D 5>>"), table=table)
    assert structure.verdict(samples.revised(base, REVISED)) == structure.PASSIVE


@pytest.mark.parametrize(
    ("dictionary", "data", "word"),
    [
        (b"/First 4" + FLATE, zlib.compress(b"4 0 <</S 5 0 R/JS(x)>>"), "broken"),
        (b"/N 1/First 4" + FLATE, PACKED, "broken"),
        (b"/Type/ObjStm/N 1/First 4" + FLATE, PACKED, "script"),
        (FLATE, PACKED, "script"),
    ],
)
def test_what_a_reader_might_take_for_an_object_stream_under_its_number_is_refused(dictionary, data, word):
    base = samples.with_table(b"/Type/ObjStm/N 1/First 4" + FLATE, zlib.compress(b"4 0 <</S/GoTo/D 5>>"))
    assert structure.verdict(samples.revised(base, {**REVISED, 9: stream(data, dictionary)})) == word


def test_an_object_stream_with_its_length_elsewhere_is_accepted():
    packed = samples.object_stream(b"[1 2]", b"<</X 1>>")
    for length in (b"/Length 8 0 R", b"/Length 99999"):
        content = packed[: packed.index(b"/Length")] + length + packed[packed.index(b">>") :]
        size = b"\nendobj\n8 0 obj\n%d" % (packed.rindex(b"\nendstream") - packed.index(b"stream\n") - 7)
        assert structure.verdict(pdf_with(content + size)) == structure.PASSIVE


@pytest.mark.parametrize(
    "inside",
    [
        b"<</A<</S/URI/URI(\xff\xfej\0a\0v\0a\0s\0c\0r\0i\0p\0t\0:\0x\0)>>>>",
        b"<</A<</S/URI/URI(\xef\xbb\xbfjavascript:x)>>>>",
        b"<</A<</S/URI/URI<FEFF001b0065006e001b006A006100760061007300630072006900700074003A>>>>>",
        b"<</S/Thread/F(\\\\\\\\host\\\\a.pdf)>>",
        b"<</Type/Filespec/RF<</F[(a) 77 0 R]>>>>",
        b"<</Type/Filespec/RF 4 0 R>>",
        b"<</Type/Filespec/EF 4 0 R>>",
        b"<</Subtype/Link/PA<</S/URI/URI(http://a.example)>>>>",
    ],
)
def test_less_known_actions_and_attachments_are_refused(inside):
    assert structure.verdict(pdf_with(inside)) in {"script", "external", "attachment"}
    assert structure.verdict(pdf_with(samples.object_stream(inside))) in {"script", "external", "attachment"}


def test_a_thread_and_an_address_of_the_same_document_are_accepted():
    assert structure.verdict(pdf_with(b"<</S/Thread/D 0>>")) == structure.PASSIVE
    assert structure.verdict(pdf_with(b"<</A<</S/URI/URI(http://a.example/javascript:x)>>>>")) == structure.PASSIVE
    assert structure.verdict(pdf_with(b"<</Root 1 0 R/URI<</Base(http://a.example/)>>>>")) == structure.PASSIVE


@pytest.mark.parametrize(
    "action", [b"<</S/JavaScript/JS(x)>>", b"<</S /J#61vaScr#69pt/JS(x)>>", b"<</#53%x\n/JavaScript>>"]
)
def test_an_action_in_any_other_stream_is_found_by_its_words(action):
    for content in (b"4 0 " + action, bytes(70_000) + action, b"(text) ) " + action + b" ("):
        assert structure.verdict(pdf_with(stream(zlib.compress(content)))) == "script"
        assert structure.verdict(pdf_with(stream(content, b""))) == "script"


@pytest.mark.parametrize(
    "content",
    [
        b"BT (\\(/S/JavaScript) Tj (a(/S/Launch)b) Tj % /S/JavaScript\nET",
        b"<?xpacket?><rdf:li>About /JavaScript, /JS (x), /OpenAction, /Launch</rdf:li>",
        b"/JavaScript BMC EMC /S1/JavaScript",
    ],
)
def test_words_in_text_and_metadata_are_no_actions(content):
    for one in (stream(zlib.compress(content)), stream(content, b""), b"<</Title(/S/JavaScript /JS\\() >>"):
        assert structure.verdict(pdf_with(one)) == structure.PASSIVE


def test_an_object_is_found_whatever_stands_between_its_number_and_its_content():
    for between in (b"9 0obj", b"9%a\n0 obj", b"9 %a\r%b\n0%" + b"c" * 999 + b"\n obj", b"1 9 0 %obj\nobj"):
        [(number, body)] = places.bodies(b"x " + between + b"<<>>")
        assert body == b"<<>>"
        assert number == 9
    found = places.bodies(b"9 0 %8 0 obj <</A 1>>\n obj <</B 2>> trailer%x\n<</C 3>>")
    assert [(number, body.strip()) for number, body in found] == [
        (8, b"<</A 1>>\n obj <</B 2>>"), (9, b"<</B 2>>"), (-1, b"<</C 3>>"),
    ]  # fmt: skip
    hidden = PDF.replace(b"trailer", b"77 %x\n%y\n0 %z\nobj\n<</S/JavaScript/JS(x)>>\nendobj\ntrailer")
    assert structure.verdict(hidden) == "script"


def test_a_run_of_comments_is_read_only_once(monkeypatch):
    """Reading it again for each number in it would cost minutes of processor time."""
    read = []

    def end(pattern, content, at):
        found = pattern.match(content, at)
        read.append(found.end() - at if found else 0)
        return found.end() if found else at

    monkeypatch.setattr(places, "_end", end)
    for unit in (b"%1\n", b"1%1", b"1 1%\n", b"trailer%1\n"):
        read.clear()
        content = unit * (60_000 // len(unit))
        assert places.places(content) == []
        assert sum(read) < 10 * len(content)


@pytest.mark.parametrize("unit", [b"%1\n", b"1%1", b"1 ", b"trailer%1\n", b"%obj\n", b"1" + b" " * 500])
def test_a_file_of_blanks_and_comments_is_examined_within_its_processor_time(unit):
    """With a time that grew with the square of the size, the program would be killed."""
    assert boxed.verdict(samples.blank(b"%x\n" + unit * (200_000 // len(unit)) + b"\n")) == structure.PASSIVE


def test_comments_and_chains_without_end_are_refused_by_number(monkeypatch):
    assert structure.verdict(samples.blank(b"1%\n" * (limits.MAX_COMMENTED + 1))) == "too-complex"
    chain = b"".join(b"%d 0 obj\n<</AA<</O 10 0 R>>/Next %d 0 R>>\nendobj\n" % (n, n + 1) for n in range(10, 300))
    assert structure.verdict(PDF.replace(b"trailer", chain + b"trailer")) == "too-complex"
    many = stream(zlib.compress(bytes(limits.MAX_ENTRIES + 1)), b"/Type/XRef/W[1 0 0]/Filter/FlateDecode")
    assert structure.verdict(pdf_with(many)) == "too-complex"
    text = b"(/S/JavaScript)" * (limits.MAX_READ_BYTES // 15 + 1)
    assert structure.verdict(pdf_with(stream(zlib.compress(text)))) in {"too-complex", "too-large"}


@pytest.mark.parametrize("unit", [b"(", b"()", b"%", b"\\", b"((\\", b"/S/", b"/S %a\n"])
def test_text_is_left_out_in_one_pass(unit):
    data = unit * (1_000_000 // len(unit))
    assert len(words.without_text(data)) <= 2 * len(data)
    assert not words.is_suspicious(data)
