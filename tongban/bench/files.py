"""`bench files`: encrypting and decrypting large contents compared with bare SM4-GCM, and the memory needed."""

import os
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

from django.db import transaction

from tongban.bench.figures import Figures, ratio
from tongban.bench.problems import Problems
from tongban.people.identity.actors import machine
from tongban.trust.crypto import primitives
from tongban.trust.crypto.streams import CHUNK
from tongban.trust.files import sealed, services, stores
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import MAX_FILE_BYTES
from tongban.trust.files.sealed import IncomingContent

MEGABYTE = 1_000_000
PIECE = os.urandom(CHUNK)
_PAPER = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n% "
)


def run(problems: Problems, *, megabytes: int = 100, rounds: int = 3) -> Figures:
    """Measure megabytes per second, with the ratio to bare SM4-GCM on pieces of the same size."""
    pieces = megabytes * MEGABYTE // CHUNK
    done = pieces * CHUNK / MEGABYTE
    place = stores.store()
    rates: dict[str, list[float]] = {
        name: [] for name in ("bare", "bare_open", "stored", "read", "service", "service_read")
    }
    for _ in range(rounds):
        rates["bare"].append(done / _seconds(lambda: _bare(pieces)))
        rates["bare_open"].append(done / _seconds(lambda: _bare_open(pieces)))
        incoming = IncomingContent()
        rates["stored"].append(done / _seconds(lambda: _store(incoming, pieces)))  # noqa: B023
        name = incoming.finish()
        sizes: list[int] = []
        rates["read"].append(done / _seconds(lambda: sizes.append(_drain(name))))  # noqa: B023
        problems.expect(sizes == [pieces * CHUNK], f"{sizes} of {pieces * CHUNK} stored bytes were read")
        place.remove(name)
        stored, read, size = _through_the_service(max(1, megabytes // 8), problems)
        rates["service"].append(size / MEGABYTE / stored)
        rates["service_read"].append(size / MEGABYTE / read)
    rate = {name: median(found) for name, found in rates.items()}
    return {
        "bench": "files",
        "megabytes": round(done),
        "chunk_bytes": CHUNK,
        "store": type(place).__name__,
        "bare_sm4_gcm": {"seal_mb_s": round(rate["bare"], 1), "open_mb_s": round(rate["bare_open"], 1)},
        "stored_one_stream": {"mb_s": round(rate["stored"], 1), "ratio": ratio(rate["stored"], rate["bare"])},
        "read_one_stream": {"mb_s": round(rate["read"], 1), "ratio": ratio(rate["read"], rate["bare_open"])},
        "stored_8_mb_files_checked": {"mb_s": round(rate["service"], 1), "ratio": ratio(rate["service"], rate["bare"])},
        "read_8_mb_files": {
            "mb_s": round(rate["service_read"], 1),
            "ratio": ratio(rate["service_read"], rate["bare_open"]),
        },
        "processor_ratio_of_storing_and_reading": _processor_ratio(pieces),
        "peak_memory_mb": {"of_10_mb": _peak(10), f"of_{megabytes}_mb": _peak(megabytes)},
    }


def _processor_ratio(pieces: int) -> float:
    """Return the ratio by processor time, which includes the time of SM3 on the second core."""
    began = time.process_time()
    _bare(pieces)
    _bare_open(pieces)
    between = time.process_time()
    incoming = IncomingContent()
    _store(incoming, pieces)
    _drain(incoming.finish())
    ours = time.process_time() - between
    stores.store().remove(incoming.finish())
    return ratio(between - began, ours)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _bare(pieces: int) -> None:
    key = bytes(16)
    for _ in range(pieces):
        primitives.sm4_gcm_encrypt(key, PIECE, b"")


def _bare_open(pieces: int) -> None:
    key = bytes(16)
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(key, PIECE, b"")
    for _ in range(pieces):
        primitives.sm4_gcm_decrypt(key, iv, ciphertext, tag, b"")


def _store(incoming: IncomingContent, pieces: int) -> None:
    """Sealed, digested, on the disk and in the store."""
    for _ in range(pieces):
        incoming.write(PIECE)
    incoming.move_to(stores.store())
    incoming.close()


def _drain(name: str) -> int:
    """Read a content and return its number of bytes."""
    return sum(map(len, sealed.opened(stores.store(), name)))


def _through_the_service(files: int, problems: Problems) -> tuple[float, float, int]:
    """Store, read and remove 8 MB files with all checks and rows. Return seconds to store, seconds to read, bytes."""
    filling = MAX_FILE_BYTES * 8 // 10
    contents = [_PAPER + os.urandom(filling // 2).hex().encode() + b"\n%%EOF\n" for _ in range(files)]
    actor = machine("bench.files")
    with transaction.atomic():
        stored: list[StoredFile] = []
        storing = _seconds(
            lambda: stored.extend(services.store(content, name="bench.pdf", actor=actor) for content in contents)
        )
        sizes: list[int] = []
        reading = _seconds(lambda: sizes.extend(sum(map(len, services.open_stream(one.id))) for one in stored))
        problems.expect(sizes == [len(content) for content in contents], "a file has another size than was stored")
        transaction.set_rollback(True)
    for one in stored:
        stores.store().remove(one.digest)
    return storing, reading, sum(map(len, contents))


def _peak(megabytes: int) -> float:
    """Megabytes that Python held at most while a content came in and went out."""
    incoming = IncomingContent()
    tracemalloc.start()
    _store(incoming, megabytes * MEGABYTE // CHUNK)
    _drain(incoming.finish())
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    stores.store().remove(incoming.finish())
    return round(top / MEGABYTE, 2)
