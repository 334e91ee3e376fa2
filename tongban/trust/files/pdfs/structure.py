"""Finds active content in the structure of a PDF (ISO 32000) with qpdf. Runs as a separate program; see `boxed`.

The program reads a PDF from standard input and prints one word: `passive`, or the first thing that makes the file
unacceptable. It imports nothing of the platform, gets no environment, and limits its own memory and time before it
reads the first byte. The worst that a hostile file can do is to end this process.

Since PDF readers differ, three views of the file must all be passive:

1. The objects of the cross-reference table.
2. Every object and trailer anywhere in the file. This includes objects that the table hides, or that a later revision
   replaced.
3. The contents of compressed object streams, including streams that no table refers to.

An object that qpdf cannot read, but a more tolerant reader might, makes the file unacceptable.

In each view, every object is examined by itself. References are not followed, so cycles and huge page trees cost
nothing. qpdf resolves indirect values and `#xx` in names. Words in page text, titles or addresses are not structure and
are ignored.
"""

import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from typing import Any, TypeGuard

import pikepdf

PASSIVE = "passive"
MEMORY = 1024 * 1024 * 1024
"""Maximum address space of the process in bytes."""
SECONDS = 8
"""Maximum processor time."""
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Maximum unpacked size of all streams together in bytes: enough for some colour scans at 600 dpi."""
MAX_OBJECT_STREAM_BYTES = 64 * 1024 * 1024
MAX_OBJECTS = 200_000
MAX_FILTERS = 2
"""Maximum number of decompression filters of one stream; real programs use two at most."""
MAX_SIDE = 40_000
"""Maximum width or height of a picture in pixels."""
_PIECE = 64 * 1024

_ACTIONS = {
    "/JavaScript": "script",
    "/ECMAScript": "script",
    "/Launch": "launch",
    "/GoToE": "attachment",
    "/GoToR": "external",
    "/SubmitForm": "external",
    "/ImportData": "external",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
    "/GoTo3DView": "media",
}
_ANNOTATIONS = {
    "/RichMedia": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/Screen": "media",
    "/3D": "media",
    "/FileAttachment": "attachment",
}
_KEYS = ("/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/XFA", "/Ref", "/URI", "/OpenAction", "/AA")
_MARKS = re.compile(
    b"(?:%s)(?![A-Za-z0-9])" % b"|".join(sorted(one.encode() for one in {*_ACTIONS, *_ANNOTATIONS, *_KEYS}))
)
"""An object without any of these words is passive, so for most objects one search is enough."""
_GROWING = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_PACKED = {"/FlateDecode", "/Fl"}
_ASCII = {"/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"}
_BLANK = rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]{0,200}+[\r\n])"
_OBJECT = re.compile(rb"(?<![0-9])[0-9]++%b++[0-9]++%b++obj|trailer(?=%b*+<<)".replace(b"%b", _BLANK))
_FRAME = (
    b"<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>\nendobj\n",
)
"""The objects that every valid file needs."""
_UNREAD = re.compile(
    r"giving up on reading|limits error|parse error|EOF while reading|EOF after|unexpected EOF|expected dictionary keys"
)
"""Warnings of qpdf about an object of which another reader may see more."""
_TWICE = re.compile(r"duplicated key (/[^\s;]*)")
_TWICE_IS_HARMLESS = {
    "/Author", "/BitsPerComponent", "/CreationDate", "/Creator", "/Height", "/Length", "/ModDate", "/Producer",
    "/Rotate", "/Title", "/Type", "/Width",
}  # fmt: skip
"""Readers differ in which of two values they use. No reader looks for an action under these keys."""


class UnfitPdf(Exception):
    """The file is unacceptable; the message is the verdict."""


def verdict(content: bytes) -> str:
    """Return the verdict on a PDF. No content makes it raise."""
    packed: dict[bytes, None] = {}
    try:
        _examine(content, packed)
        _examine(rebuilt(content), packed, numbered=False)
        if packed:
            _examine(unpacked(packed), {}, numbered=False)
    except UnfitPdf as found:
        return str(found)
    except pikepdf.PasswordError:
        return "encrypted"
    except MemoryError:
        return "too-large"
    except RecursionError:
        return "too-complex"
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RuntimeError, ArithmeticError):
        return "encrypted" if b"/Encrypt" in content else "broken"
    return PASSIVE


def rebuilt(content: bytes) -> bytes:
    """Return a file that contains every object and trailer of the given one, each with a new number."""
    found = [one.span() for one in _OBJECT.finditer(content)]
    ends = [start for start, _ in found[1:]] + [len(content)]
    return _file_of(content[start:end] for (_, start), end in zip(found, ends, strict=True))


def unpacked(packed: Iterable[bytes]) -> bytes:
    """Return a file that contains the objects of the given object streams, each given as `first:content`."""
    bodies: list[bytes] = []
    for one in packed:
        before, _, data = one.partition(b":")
        first = int(before)
        numbers = [int(word) for word in data[:first].split()]
        starts = sorted({first + offset for offset in numbers[1::2]})
        if len(numbers) % 2 or not all(first <= start < len(data) for start in starts):
            raise UnfitPdf("broken")
        bodies += [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]
    return _file_of(bodies)


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


def _examine(content: bytes, packed: dict[bytes, None], *, numbered: bool = True) -> None:
    """Raise UnfitPdf if a view is active, and add its object streams to `packed`.

    `numbered` says that the objects have their original numbers, so that references are meaningful.
    """
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
            raise UnfitPdf("encrypted")
        _look(pdf.trailer, numbered)
        left = MAX_UNPACKED_BYTES
        for number, one in enumerate(pdf.objects):
            if number >= MAX_OBJECTS:
                raise UnfitPdf("too-complex")
            _look(one, numbered)
            if isinstance(one, pikepdf.Stream):
                inside = bytearray() if _name(one.stream_dict, "/Type") == "/ObjStm" else None
                if numbered or inside is not None:
                    left = _unpack(one, left, inside)
                if inside is not None:
                    packed[b"%d:%b" % (int(one.stream_dict.get("/First", 0)), bytes(inside))] = None
                    if sum(map(len, packed)) > MAX_OBJECT_STREAM_BYTES:
                        raise UnfitPdf("too-large")
        for warning in pdf.get_warnings():
            twice = _TWICE.search(warning)
            if _UNREAD.search(warning) or (twice and twice[1] not in _TWICE_IS_HARMLESS):
                raise UnfitPdf("broken")


def _look(one: Any, numbered: bool) -> None:
    """Raise UnfitPdf if this object, without the objects that it refers to, is active."""
    if isinstance(one, pikepdf.Name):  # an indirect name: the object that uses it contains only a reference
        word = _ACTIONS.get(str(one)) or _ANNOTATIONS.get(str(one))
        if word:
            raise UnfitPdf(word)
        return
    if isinstance(one, pikepdf.Stream):
        if "/F" in one.stream_dict:
            raise UnfitPdf("external")
        one = one.stream_dict
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Array) or not _MARKS.search(one.unparse(resolved=True)):
        return
    waiting = [one]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Dictionary):
            values = {key: value for key, value in node.items() if numbered or not _is_reference(value)}
            _look_at_dictionary(values)
            if "/XFA" in node.keys() - values.keys():
                raise UnfitPdf("form")
        else:
            values = {str(place): value for place, value in enumerate(node)}
        waiting += [one for one in values.values() if _is_container(one) and not _is_reference(one)]


def _is_container(value: object) -> TypeGuard[pikepdf.Dictionary | pikepdf.Array]:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array)


def _is_reference(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _look_at_dictionary(node: Mapping[str, object]) -> None:
    action, kind, script = _name(node, "/S"), _name(node, "/Subtype"), node.get("/JS")
    if action in _ACTIONS:
        raise UnfitPdf(_ACTIONS[action])
    if kind in _ANNOTATIONS:
        raise UnfitPdf(_ANNOTATIONS[kind])
    if isinstance(script, pikepdf.String) or (action and isinstance(script, pikepdf.Stream)):
        raise UnfitPdf("script")
    if _is_filled(node.get("/JavaScript")):
        raise UnfitPdf("script")
    if _name(node, "/Type") == "/EmbeddedFile" or _is_filled(node.get("/EmbeddedFiles")):
        raise UnfitPdf("attachment")
    if _has_any(node.get("/EF"), "/F", "/UF", "/DOS", "/Mac", "/Unix"):
        raise UnfitPdf("attachment")
    if isinstance(node.get("/XFA"), pikepdf.Stream | pikepdf.Array | pikepdf.String):
        raise UnfitPdf("form")
    if _has_any(node.get("/Ref"), "/F"):
        raise UnfitPdf("external")
    if _address(node).startswith(("javascript:", "vbscript:", "data:")):
        raise UnfitPdf("script")
    if any(_name(one, "/S") == "/URI" for one in _automatic(node)):
        raise UnfitPdf("external")


def _automatic(node: Mapping[str, object]) -> Iterator[pikepdf.Dictionary]:
    """Yield the actions that happen without a click, and those chained to them."""
    waiting = [node.get("/OpenAction")]
    extra = node.get("/AA")
    if isinstance(extra, pikepdf.Dictionary):
        waiting += [value for _, value in extra.items()]
    for _ in range(1000):  # they may form a cycle
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting += [inner for inner in one if isinstance(inner, pikepdf.Dictionary)]
        elif isinstance(one, pikepdf.Dictionary):
            yield one
            waiting.append(one.get("/Next"))
    raise UnfitPdf("too-complex")


def _name(node: Any, key: str) -> str:
    found = node.get(key)
    return str(found) if isinstance(found, pikepdf.Name) else ""


def _address(node: Mapping[str, object]) -> str:
    found = node.get("/URI")
    text = bytes(found).decode("latin-1") if isinstance(found, pikepdf.String) else ""
    return re.sub(r"[\x00-\x20]", "", text).lower()


def _has_any(value: object, *keys: str) -> bool:
    return isinstance(value, pikepdf.Dictionary) and any(key in value for key in keys)


def _is_filled(tree: object) -> bool:
    """Return whether a name tree has entries; many programs write empty trees."""
    if isinstance(tree, pikepdf.Array):
        return len(tree) > 0
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    return any(isinstance(tree.get(key), pikepdf.Array) and len(tree[key]) > 0 for key in ("/Names", "/Kids"))


def _unpack(stream: Any, left: int, inside: bytearray | None) -> int:
    """Unpack one stream of at most `left` bytes, into `inside` if given; return the remaining limit."""
    dictionary = stream.stream_dict
    for side in ("/Width", "/Height"):
        if isinstance(dictionary.get(side), int) and dictionary[side] > MAX_SIDE:
            raise UnfitPdf("too-large")
    filters = _filters(dictionary)
    if sum(one in _GROWING for one in filters) > MAX_FILTERS:
        raise UnfitPdf("too-large")
    while filters and filters[-1] not in _GROWING | _ASCII:  # a picture format comes last and is not decoded
        filters.pop()
    if not filters:
        content = stream.read_raw_bytes() if inside is not None else b""
    elif _PACKED.issuperset(filters) and (inside is None or not {"/DecodeParms", "/DP"} & set(dictionary.keys())):
        return _inflate(stream.read_raw_bytes(), len(filters), left, inside)  # predictors do not enlarge the data
    elif (_GROWING | _ASCII).issuperset(filters):
        content = b""
        with suppress(pikepdf.PdfError):  # a damaged stream is allowed; readers show what they can of it
            content = stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)
    else:
        return left  # no reader can decode this
    if inside is not None:
        inside += content
    if len(content) > left:
        raise UnfitPdf("too-large")
    return left - len(content)


def _filters(dictionary: Any) -> list[str]:
    found = dictionary.get("/Filter")
    several = list(found) if isinstance(found, pikepdf.Array) else [found]
    return [str(one) for one in several if isinstance(one, pikepdf.Name)]


def _inflate(packed: bytes, times: int, left: int, inside: bytearray | None) -> int:
    """Unpack in small pieces, so that a decompression bomb is stopped at the limit; return the remaining limit."""
    most = left if inside is None else min(left, MAX_OBJECT_STREAM_BYTES)
    steps = [zlib.decompressobj() for _ in range(times)]
    counts = [0] * times

    def pour(piece: bytes, depth: int) -> None:
        step = steps[depth]
        while piece and not step.eof:
            out = step.decompress(piece, _PIECE)
            piece = step.unconsumed_tail
            counts[depth] += len(out)
            if counts[depth] > most:
                raise UnfitPdf("too-large")
            if depth + 1 < times:
                pour(out, depth + 1)
            elif inside is not None:
                inside.extend(out)

    with suppress(zlib.error):  # damaged, as above
        pour(packed, 0)
    return left - max(counts)


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
