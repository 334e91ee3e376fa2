"""Unpacks the streams of a PDF in a limited way, and reads its compressed tables and object streams."""

import zlib
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pikepdf

from tongban.trust.files.pdfs.limits import (
    MAX_ENTRIES,
    MAX_FILTERS,
    MAX_OBJECT_STREAM_BYTES,
    MAX_SIDE,
    MAX_UNPACKED_BYTES,
    Allowance,
    UnfitPdf,
)
from tongban.trust.files.pdfs.words import OVERLAP, check_words, is_suspicious

_GROWING = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_PACKED = {"/FlateDecode", "/Fl"}
_ASCII = {"/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"}
_PIECE = 64 * 1024
_WIDTHS = 3
_WIDEST = 8


class Streams:
    """The streams of one view, and what they say about object streams."""

    def __init__(self, words: Allowance) -> None:
        self.words = words
        self.known: dict[bytes, int] = {}
        """Digests of the streams that need not be unpacked again, with the sizes of their contents."""
        self.left = MAX_UNPACKED_BYTES
        self.entries = Allowance(MAX_ENTRIES)
        self.packed: dict[tuple[int, bytes], None] = {}
        """The readable object streams, each as the place of its first object and its content."""
        self.size = Allowance(MAX_OBJECT_STREAM_BYTES, "too-large")
        self.readable: set[int] = set()
        """The numbers of readable object streams."""
        self.other: set[int] = set()
        """The numbers of other streams that a reader might take for an object stream, since they have a `/First`."""
        self.plain: set[int] = set()
        """The numbers of all other streams."""
        self.containers: set[int] = set()
        """The numbers that a compressed table gives as object streams."""
        self.is_damaged = False
        self.numbers: list[int] = []
        self.sealed: set[int] | None = None
        """In a view whose streams are still encrypted, the numbers of those that were examined in clear."""

    def start_view(self, numbers: list[int] | None = None, *, sealed: bool = False) -> None:
        """Begin with the next view. `numbers` gives the original numbers of its objects, if they have new ones.

        `sealed` says that its streams are encrypted.
        """
        self.left = MAX_UNPACKED_BYTES
        self.numbers = numbers or []
        self.sealed = self.readable | self.other | self.plain if sealed else None

    def look(self, stream: Any) -> None:
        """Unpack one stream and remember what it says. Raise UnfitPdf if it is too large, broken or active."""
        dictionary = stream.stream_dict
        for side in ("/Width", "/Height"):
            if isinstance(dictionary.get(side), int) and dictionary[side] > MAX_SIDE:
                raise UnfitPdf("too-large")
        values = dict(dictionary.items())  # unlike `keys`, this includes references to objects that do not exist
        kind = _kind(dictionary)
        is_container = kind == "/ObjStm" or {"/N", "/First"} <= values.keys()
        is_table = kind == "/XRef" or self._may_be_table(values)
        number = stream.objgen[0]
        if self.numbers:
            number = self.numbers[number - 1] if number <= len(self.numbers) else -1
        if self.sealed is not None and not is_table:
            self._check_sealed(number)
            return
        if self.numbers and (is_container or is_table):
            self._check_direct(values)
        if is_table:
            self._read_table(stream, dictionary)
        if is_container:
            self._read_container(stream, dictionary)
        elif not is_table:
            self._search(stream)
        (self.readable if is_container else self.other if "/First" in values else self.plain).add(number)

    def check_containers(self) -> None:
        """Raise UnfitPdf if a compressed table refers to anything but a readable object stream.

        Some readers would find objects there that no view contains. A later revision may use the number again for a
        stream without `/First`, in which no reader finds objects.
        """
        if self.is_damaged or not self.containers <= self.readable - self.other:
            raise UnfitPdf("broken")

    def _check_sealed(self, number: int) -> None:
        """Raise UnfitPdf for an encrypted stream that was not examined in clear: each number may occur there once."""
        if self.sealed is None or number not in self.sealed:
            raise UnfitPdf("encrypted")
        self.sealed.remove(number)

    def _may_be_table(self, values: dict[str, Any]) -> bool:
        widths = values.get("/W", 0)
        return isinstance(widths, pikepdf.Array) or (bool(self.numbers) and _is_elsewhere(widths))

    def _check_direct(self, values: dict[str, Any]) -> None:
        """Refuse references where their objects are not known, in a stream on which other objects depend."""
        for key in ("/Type", "/N", "/First", "/W", "/Index", "/Size", "/Filter", "/DecodeParms"):
            if key in values and _is_elsewhere(values[key]):
                raise UnfitPdf("broken")

    def _read_container(self, stream: Any, dictionary: Any) -> None:
        count: Any = dictionary.get("/N")
        first: Any = dictionary.get("/First")
        if _kind(dictionary) != "/ObjStm" or type(count) is not int or type(first) is not int or first < 0:
            raise UnfitPdf("broken")
        data, whole = self._unpack(stream, MAX_OBJECT_STREAM_BYTES)
        self.is_damaged |= not whole  # another reader may see more; but first, what is in it is examined
        words = data[:first].split()
        if len(words) != 2 * count or not all(word.isdigit() for word in words):
            raise UnfitPdf("broken")
        if (first, data) not in self.packed:
            self.size.use(len(data))
            self.packed[first, data] = None

    def _read_table(self, stream: Any, dictionary: Any) -> None:
        widths = dictionary.get("/W")
        sizes: list[Any] = list(widths) if isinstance(widths, pikepdf.Array) else []
        if len(sizes) < _WIDTHS or not all(type(size) is int and 0 <= size <= _WIDEST for size in sizes):
            raise UnfitPdf("broken")
        data, whole = self._unpack(stream, MAX_OBJECT_STREAM_BYTES)
        step = sum(sizes)
        if not whole or not step:
            raise UnfitPdf("broken")
        self.entries.use(len(data) // step)
        before, after = sizes[0], sizes[0] + sizes[1]
        for at in range(0, len(data) - step + 1, step):
            kind = int.from_bytes(data[at : at + before], "big") if before else 1
            if kind == 2:
                self.containers.add(int.from_bytes(data[at + before : at + after], "big"))
            elif kind > 2:
                raise UnfitPdf("broken")

    def _search(self, stream: Any) -> None:
        """Search any other stream for actions, since it may be used as an object stream."""
        raw = stream.read_raw_bytes()
        digest = sha256(repr(_filters(stream.stream_dict)).encode() + raw).digest()
        if digest in self.known:
            self._charge(self.known[digest])
            return
        sink, before = _Sink(0), self.left
        self._pour(stream, sink, raw)
        self.known[digest] = before - self.left
        if sink.is_suspicious:
            data, _ = self._unpack(stream, self.words.left)
            check_words(data, self.words)

    def _unpack(self, stream: Any, most: int) -> tuple[bytes, bool]:
        """Return the content of a stream, and whether it is complete."""
        sink = _Sink(most)
        whole = self._pour(stream, sink, stream.read_raw_bytes())
        if whole and {"/DecodeParms", "/DP"} & set(stream.stream_dict.keys()):  # a predictor does not enlarge the data
            with suppress(pikepdf.PdfError):
                return stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized), True
            whole = False
        return bytes(sink.data), whole

    def _pour(self, stream: Any, sink: "_Sink", raw: bytes) -> bool:
        """Unpack a stream into the sink within the limits; return whether it was complete."""
        filters = _filters(stream.stream_dict)
        if sum(one in _GROWING for one in filters) > MAX_FILTERS:
            raise UnfitPdf("too-large")
        while filters and filters[-1] not in _GROWING | _ASCII:  # a picture format comes last and is not decoded
            filters.pop()
        if not filters:
            sink.add(raw)
            return True
        if _PACKED.issuperset(filters):
            whole, size = _inflate(raw, len(filters), self.left, sink)
            self.left -= size
            return whole
        if not (_GROWING | _ASCII).issuperset(filters):
            return False  # no reader can decode this
        content, whole = b"", False
        with suppress(pikepdf.PdfError):  # a damaged stream is allowed; readers show what they can of it
            content = stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)
            whole = True
        self._charge(len(content))
        sink.add(content)
        return whole

    def _charge(self, size: int) -> None:
        if size > self.left:
            raise UnfitPdf("too-large")
        self.left -= size


class _Sink:
    """Takes the pieces of a stream, and searches them for actions. It keeps them if it may keep `most` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.data = bytearray()
        self.is_suspicious = False
        self.tail = b""

    def add(self, piece: bytes) -> None:
        if self.most:
            if len(self.data) + len(piece) > self.most:
                raise UnfitPdf("too-large")
            self.data += piece
        elif not self.is_suspicious:
            joined = self.tail + piece
            self.is_suspicious = is_suspicious(joined)
            self.tail = joined[-OVERLAP:]


def _inflate(raw: bytes, times: int, left: int, sink: _Sink) -> tuple[bool, int]:
    """Unpack in small pieces, so that a decompression bomb is stopped at the limit.

    Return whether the data was complete, and the size of its largest stage.
    """
    most = min(left, sink.most) if sink.most else left
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
            elif out:
                sink.add(out)

    with suppress(zlib.error):  # damaged, as above
        pour(raw, 0)
    return all(step.eof for step in steps), max(counts)


def unpacked(streams: Iterable[tuple[int, bytes]]) -> list[bytes]:
    """Return the objects of the given object streams."""
    bodies: list[bytes] = []
    for first, data in streams:
        starts = sorted({first + int(word) for word in data[:first].split()[1::2]})
        if not all(start < len(data) for start in starts):
            raise UnfitPdf("broken")
        bodies += [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]
    return bodies


def _kind(dictionary: Any) -> str:
    found = dictionary.get("/Type")
    return str(found) if isinstance(found, pikepdf.Name) else ""


def _is_elsewhere(value: object) -> bool:
    """Return whether the value is a reference, also if to nothing."""
    return value is None or (isinstance(value, pikepdf.Object) and value.is_indirect)


def _filters(dictionary: Any) -> list[str]:
    found = dictionary.get("/Filter")
    several = list(found) if isinstance(found, pikepdf.Array) else [found]
    return [str(one) for one in several if isinstance(one, pikepdf.Name)]
