"""Finds active content in the structure of a PDF (ISO 32000) with qpdf. Runs as a separate program; see `boxed`.

The program reads a PDF from standard input and prints one word: `passive`, or the first thing that makes the file
unacceptable. It imports nothing of the platform, gets no environment, and limits its own memory and time before it
reads the first byte. The worst that a hostile file can do is to end this process.

Since PDF readers differ, three views of the file must all be passive:

1. The objects of the cross-reference table.
2. Every object and trailer anywhere in the file. This includes objects that the table hides, or that a later revision
   replaced.
3. The contents of compressed object streams, including streams that no table refers to.

An object that qpdf cannot read, but a more tolerant reader might, makes the file unacceptable. So does an object stream
that is not written as the standard says, or a compressed table that refers to anything else. As a second net, `words`
searches the bytes of the file and of all other streams.

Banks and tax offices encrypt statements under an owner's password only, which forbids changes and opens for everybody.
qpdf then reads the first view in clear. In the second one strings and streams are still encrypted; so each stream there
must be one that the first view contains, and the structure around the strings is examined as ever.

In each view, every object is examined by itself. References are not followed, so cycles and huge page trees cost
nothing. qpdf resolves indirect values and `#xx` in names. Words in page text, titles or addresses are not structure and
are ignored.
"""

import io
import re
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pikepdf

if __name__ == "__main__":  # the option -I leaves out the folders of the platform
    sys.path.append(str(Path(__file__).parents[4]))

from tongban.trust.files.pdfs.active import look
from tongban.trust.files.pdfs.limits import (
    MAX_CHAINED,
    MAX_OBJECTS,
    MAX_READ_BYTES,
    MEMORY,
    PASSIVE,
    SECONDS,
    Allowance,
    UnfitPdf,
)
from tongban.trust.files.pdfs.places import bodies
from tongban.trust.files.pdfs.streams import Streams, unpacked
from tongban.trust.files.pdfs.words import check_file

_FRAME = (
    b"<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>\nendobj\n",
)
"""The objects that every valid file needs."""
_UNREAD = re.compile(
    r"giving up on reading|limits error|parse error|EOF while reading|EOF after|unexpected EOF"
    r"|expected dictionary keys|wrong type|incorrect keys|invalid /First|object stream|unexpected xref entry type"
    r"|invalid xref type|loop detected|[Cc]ross-reference stream|candidate xref stream|/XRefStm|expected n n obj"
    r"|not of expected type|must be larger than"
)
"""Warnings of qpdf about an object of which another reader may see more."""
_TWICE = re.compile(r"duplicated key (/[^\s;]*)")
_TWICE_IS_HARMLESS = {
    "/Author", "/BitsPerComponent", "/CreationDate", "/Creator", "/Height", "/Length", "/ModDate", "/Producer",
    "/Rotate", "/Title", "/Type", "/Width",
}  # fmt: skip
"""Readers differ in which of two values they use. No reader looks for an action under these keys."""


def verdict(content: bytes) -> str:
    """Return the verdict on a PDF. No content makes it raise."""
    try:
        words, chained = Allowance(MAX_READ_BYTES), Allowance(MAX_CHAINED)
        streams = Streams(words)
        sealed = _examine(content, streams, chained)
        found = bodies(content)
        streams.start_view([*(-1 for _ in _FRAME), *(number for number, _ in found)], sealed=sealed)
        _examine(_file_of(body for _, body in found), streams, chained)
        inside = unpacked(streams.packed)
        if inside:
            streams.start_view([-1])
            _examine(_file_of(inside), streams, chained)
        streams.check_containers()
        check_file(content, words)
    except UnfitPdf as found_active:
        return str(found_active)
    except pikepdf.PasswordError:
        return "encrypted"
    except MemoryError:
        return "too-large"
    except RecursionError:
        return "too-complex"
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RuntimeError, ArithmeticError):
        return "encrypted" if b"/Encrypt" in content else "broken"
    return PASSIVE


def _file_of(bodies: Iterable[bytes]) -> bytes:
    """Return a file with a correct table, so that qpdf need not repair anything."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for body in chain(_FRAME, bodies):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (len(places), body)
        if len(places) > MAX_OBJECTS:
            raise UnfitPdf("too-complex")
    table, size = len(made), len(places) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(made) + b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, table)


def _examine(content: bytes, streams: Streams, chained: Allowance) -> bool:
    """Raise UnfitPdf if a view is active, and let `streams` look at its streams. Return whether it is encrypted."""
    numbered = not streams.numbers
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        if not pdf.is_encrypted and "/Encrypt" in pdf.trailer:
            raise UnfitPdf("encrypted")
        look(pdf.trailer, numbered, chained)
        for number, one in enumerate(pdf.objects):
            if number >= MAX_OBJECTS:
                raise UnfitPdf("too-complex")
            look(one, numbered, chained)
            if isinstance(one, pikepdf.Stream):
                streams.look(one)
        for warning in pdf.get_warnings():
            twice = _TWICE.search(warning)
            if _UNREAD.search(warning) or (twice and twice[1] not in _TWICE_IS_HARMLESS):
                raise UnfitPdf("broken")
        return bool(pdf.is_encrypted)


def _limit() -> None:
    import resource  # not available on all systems, and needed only when this runs as a program

    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    _limit()
    sys.stdout.write(verdict(sys.stdin.buffer.read()))
