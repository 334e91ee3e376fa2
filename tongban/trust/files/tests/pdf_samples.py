"""Real PDF files as programs write them, and ways to hide active content in them."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String
from PIL import Image

TEXT = """#set document(title: "JavaScript Launch EmbeddedFiles")
= 出生证明
This text says /JavaScript, /Encrypt, /Launch, /EmbeddedFile and <</S/JavaScript/JS(app.alert(1))>>.
#link("https://example.gov.cn/JavaScript/Launch?/EmbeddedFiles")[办事指南]
"""


@cache
def written() -> bytes:
    """An office document with text, tags, fonts, metadata and a link; its text contains suspicious words."""
    return typst.Compiler(TEXT.encode()).compile(format="pdf")


@cache
def scanned() -> bytes:
    """The output of a scanner driver: one photo per page."""
    out = io.BytesIO()
    pages = [Image.effect_noise((400, 560), 60).convert("RGB") for _ in range(2)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=50)
    return out.getvalue()


@cache
def form() -> bytes:
    """A filled form with fields, bookmarks, an internal link, an initial view, and an empty tree of attachments."""
    with pikepdf.open(io.BytesIO(written())) as pdf:
        page = pdf.pages[0].obj
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="欧阳娜 JavaScript", Rect=[0, 0, 99, 20]
        )
        inside = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.Named, N=Name.NextPage)
        )
        page.Annots = Array([*page.get("/Annots", []), pdf.make_indirect(field), pdf.make_indirect(inside)])
        pdf.Root.AcroForm = Dictionary(Fields=[page.Annots[-2]])
        pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([page, Name.Fit]))
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([])), JavaScript=Dictionary(Names=Array([])))
        return saved(pdf)


def saved(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def again(content: bytes, **options: object) -> bytes:
    """The same document saved by another program."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(pdf, **options)


PACKED = {"object_stream_mode": ObjectStreamMode.generate}
SAVINGS: dict[str, dict[str, object]] = {
    "plain": {"object_stream_mode": ObjectStreamMode.disable},
    "packed": PACKED,
    "for the web": {"linearize": True, **PACKED},
    "readable": {"qdf": True, "object_stream_mode": ObjectStreamMode.disable},
}


def appended(content: bytes, number: int, body: bytes) -> bytes:
    """The file with a later revision that replaces one object."""
    return revised(content, {number: body})


def revised(content: bytes, bodies: dict[int, bytes]) -> bytes:
    """The file with a later revision that replaces some objects."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root, size = pdf.Root.objgen[0], len(pdf.objects) + 10
        key, names = pdf.trailer.get("/Encrypt"), pdf.trailer.get("/ID")
        more = b"" if key is None else b"/Encrypt %d 0 R/ID%b" % (key.objgen[0], names.unparse())
    before = content[content.rindex(b"startxref") + 9 : content.rindex(b"%%EOF")].strip()
    rows = b""
    for number, body in bodies.items():
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(content) + 1)
        content += b"\n%d 0 obj\n%b\nendobj\n" % (number, body)
    trailer = b"trailer\n<</Root %d 0 R/Size %d/Prev %b%b>>\n" % (root, max(size, *bodies) + 1, before, more)
    return content + b"xref\n" + rows + trailer + b"startxref\n%d\n%%%%EOF\n" % len(content)


@cache
def statement(revision: int = 6, user: str = "", kind: str = "", **options: object) -> bytes:
    """A bank statement under an owner's password: everybody may read it, and nobody may change it."""
    with pikepdf.open(io.BytesIO(form())) as pdf:
        if kind:
            HOSTILE[kind][1](pdf)
        modern = revision >= 4
        lock = pikepdf.Encryption(owner="owner", user=user, R=revision, aes=modern, metadata=modern)
        return saved(pdf, encryption=lock, **options)


@cache
def signed() -> bytes:
    """A form with a signature field that covers the file, as a signing program appends it in a later revision."""
    base = again(form(), object_stream_mode=ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(base)) as pdf:
        root, number = pdf.Root.objgen[0], len(pdf.objects) + 5
        catalog = pdf.Root.unparse(resolved=True).replace(b"/AcroForm <<", b"/AcroForm << /SigFlags 3", 1)
    signature = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 100 200 100]/M(D:20261130)"
        b"/Contents<%b>/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</P 2/V/1.2>>>>]>>"
    )
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/Rect[0 0 0 0]/F 132/V %d 0 R>>" % number
    return revised(base, {root: catalog, number: signature % (b"30" * 2000), number + 1: field})


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def _annotation(pdf: Pdf, **more: object) -> None:
    made = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **more))
    pdf.pages[0].obj.Annots = Array([made])


def _attachment(pdf: Pdf) -> Dictionary:
    stream = Stream(pdf, b"MZ")
    stream.Type = Name.EmbeddedFile
    return Dictionary(Type=Name.Filespec, F="a.exe", EF=Dictionary(F=stream))


def _set(pdf: Pdf, **values: object) -> None:
    for key, value in values.items():
        pdf.Root[f"/{key}"] = value


def _external_stream(pdf: Pdf) -> None:
    made = Stream(pdf, b"")
    made.stream_dict.F = Dictionary(Type=Name.Filespec, F="\\\\host\\share")
    _set(pdf, Extra=made)


HOSTILE: dict[str, tuple[str, Callable[[Pdf], None]]] = {
    "script at opening": ("script", lambda pdf: _set(pdf, OpenAction=_script())),
    "script of another object": ("script", lambda pdf: _set(pdf, OpenAction=pdf.make_indirect(_script()))),
    "name of another object": (
        "script",
        lambda pdf: _set(pdf, OpenAction=Dictionary(S=pdf.make_indirect(Name.JavaScript), JS="x")),
    ),
    "script in a stream": (
        "script",
        lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"app.alert(1)"))),
    ),
    "script that follows": (
        "script",
        lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.GoTo, Next=Array([Dictionary(S=Name.Named), _script()]))),
    ),
    "script of the document": (
        "script",
        lambda pdf: _set(pdf, Names=Dictionary(JavaScript=Dictionary(Names=Array(["a", _script()])))),
    ),
    "script of a page": ("script", lambda pdf: pdf.pages[0].obj.__setitem__("/AA", Dictionary(O=_script()))),
    "script of a field": (
        "script",
        lambda pdf: _annotation(pdf, Subtype=Name.Widget, FT=Name.Tx, AA=Dictionary(K=_script())),
    ),
    "script in an address": (
        "script",
        lambda pdf: _annotation(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=" java\nscript:alert(1)")),
    ),
    "program": ("launch", lambda pdf: _annotation(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="cmd.exe"))),
    "attachment": (
        "attachment",
        lambda pdf: _set(pdf, Names=Dictionary(EmbeddedFiles=Dictionary(Names=Array(["a", _attachment(pdf)])))),
    ),
    "associated file": ("attachment", lambda pdf: _set(pdf, AF=Array([_attachment(pdf)]))),
    "pinned file": ("attachment", lambda pdf: _annotation(pdf, Subtype=Name.FileAttachment, FS="x")),
    "other document inside": ("attachment", lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.GoToE, T="x"))),
    "other document": ("external", lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.GoToR, F="\\\\host\\a.pdf"))),
    "address at opening": (
        "external",
        lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.URI, URI="http://a.example")),
    ),
    "address of a page": (
        "external",
        lambda pdf: pdf.pages[0].obj.__setitem__("/AA", Dictionary(O=Dictionary(S=Name.URI, URI="http://a.example"))),
    ),
    "form that is sent": (
        "external",
        lambda pdf: _annotation(pdf, Subtype=Name.Widget, A=Dictionary(S=Name.SubmitForm, F="http://a.example")),
    ),
    "data from outside": ("external", _external_stream),
    "dynamic form": ("form", lambda pdf: _set(pdf, AcroForm=Dictionary(Fields=[], XFA=Stream(pdf, b"<xdp/>")))),
    "dynamic form in parts": (
        "form",
        lambda pdf: _set(pdf, AcroForm=Dictionary(Fields=[], XFA=Array(["template", Stream(pdf, b"<xdp/>")]))),
    ),
    "address in UTF-16": (
        "script",
        lambda pdf: _annotation(
            pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("\ufeffjavascript:x".encode("utf-16-be")))
        ),
    ),
    "script as the base of addresses": ("script", lambda pdf: _set(pdf, URI=Dictionary(Base="javascript:x"))),
    "thread of another document": (
        "external",
        lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.Thread, F="\\\\host\\a.pdf", D=0)),
    ),
    "former address of a link": (
        "external",
        lambda pdf: _annotation(pdf, Subtype=Name.Link, PA=Dictionary(S=Name.URI, URI="http://a.example")),
    ),
    "related files": (
        "attachment",
        lambda pdf: _set(
            pdf,
            Extra=Dictionary(
                Type=Name.Filespec, F="a", RF=Dictionary(F=Array(["b", pdf.make_indirect(Stream(pdf, b"MZ"))]))
            ),
        ),
    ),
    "film": ("media", lambda pdf: _annotation(pdf, Subtype=Name.RichMedia)),
    "sound": ("media", lambda pdf: _set(pdf, OpenAction=Dictionary(S=Name.Sound))),
    "rendition": ("media", lambda pdf: _annotation(pdf, Subtype=Name.Screen, A=Dictionary(S=Name.Rendition))),
}


def hostile(kind: str, *, base: bytes | None = None, **options: object) -> bytes:
    """A real document with this active content, saved in the given way."""
    with pikepdf.open(io.BytesIO(base or written())) as pdf:
        HOSTILE[kind][1](pdf)
        return saved(pdf, **options)


def object_stream(*bodies: bytes, packed: Callable[[bytes], bytes] = zlib.compress) -> bytes:
    """An object stream, as an object of a file."""
    numbers, at = b"", 0
    for number, body in enumerate(bodies):
        numbers += b"%d %d " % (900 + number, at)
        at += len(body) + 1
    content = packed(numbers + b" ".join(bodies))
    head = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (len(bodies), len(numbers), len(content))
    return head + b"\nstream\n" + content + b"\nendstream"


def lzw_of_zeros(codes: int) -> bytes:
    """LZW data with the fastest possible growth: each code stands for one byte more than the previous one."""
    out, bits, length = bytearray(), 0, 0
    made = 0

    def add(code: int, width: int) -> None:
        nonlocal bits, length
        bits, length = bits << width | code, length + width
        while length >= 8:
            length -= 8
            out.append(bits >> length)
            bits &= (1 << length) - 1

    while made < codes:
        add(256, 9 if not made else 12)
        add(0, 9)
        table = 258
        while table < 4093 and made < codes:
            add(table, 9 if table < 511 else 10 if table < 1023 else 11 if table < 2047 else 12)
            table, made = table + 1, made + 1
    add(257, 12)
    add(0, -length % 8)
    return bytes(out)


HIDDEN = b"4 0 <</S/JavaScript/JS(app.alert(1))>>"
"""The content of an object stream with one object, a script with the number 4."""


def with_table(dictionary: bytes, data: bytes, *, table: str = "compressed") -> bytes:
    """A small file whose compressed table says that object 4, the action at opening, is in the stream 9.

    In a `hybrid` file, an ordinary table says that object 4 is free, and in a `short` one, it does not mention it.
    """
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
        9: b"<<%b/Length %d>>stream\n%b\nendstream" % (dictionary, len(data), data),
    }
    made, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in bodies.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    places[10] = len(made)
    rows = [
        struct.pack(">BIB", 1, places[number], 0)
        if number in places
        else struct.pack(">BIB", 2, 9, 0)
        if number == 4
        else bytes(6)
        for number in range(11)
    ]
    made += b"10 0 obj\n<</Type/XRef/Size 11/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % (6 * len(rows))
    made += b"".join(rows) + b"\nendstream\nendobj\n"
    if table == "compressed":
        return bytes(made) + b"startxref\n%d\n%%%%EOF\n" % places[10]
    lines = [
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n" for number in range(11)
    ]
    sections = [range(4), range(9, 11)] if table == "short" else [range(11)]
    end = len(made)
    made += b"xref\n"
    for section in sections:
        made += b"%d %d\n" % (section[0], len(section)) + b"".join(lines[number] for number in section)
    made += b"trailer\n<</Size 11/Root 1 0 R/XRefStm %d>>\n" % places[10]
    return bytes(made) + b"startxref\n%d\n%%%%EOF\n" % end


def blank(before_the_end: bytes = b"") -> bytes:
    """A file with one empty page, and the given bytes between its last object and its end."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        made = saved(pdf)
    at = made.rindex(b"startxref")
    return made[:at] + before_the_end + made[at:]
