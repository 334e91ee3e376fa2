"""`bench ledger`: appends, lag of the signed head, catching up and proofs, compared with bare SQL and SM3."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from statistics import median
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction

from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.load import Going, together
from tongban.bench.problems import Problems
from tongban.bench.server import sequencer
from tongban.demo.city.bulk.copying import copy, row_of
from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.ids import new_id
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import merkle, queries, services
from tongban.trust.ledger.models import Entry, Head, Leaf, Pending
from tongban.trust.ledger.services.recording import INSERT, ROW

REASON = "经核对，材料齐全、信息一致。"
COPIED = 20_000
"""The number of rows for the comparison of COPY with and without the trigger."""
PROOFS = 300
"""The number of proofs to measure."""
EMPTY_WITHIN = 120
"""Seconds within which the sequencer must have numbered all entries."""


@dataclass(frozen=True)
class Appended(Event):
    """An event that the benchmark records."""

    case: UUID
    step: int


@dataclass(frozen=True)
class Client:
    """The actor of the recorded events."""

    name_for_record: str = "machine:bench"
    principal_id: UUID | None = None
    mandate_id: UUID | None = None


def run(problems: Problems, *, clients: int, seconds: float) -> Figures:
    """Measure in the scratch city of the settings, with fsync on as everywhere."""
    before = Entry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    found: Figures = {"bench": "ledger", "fsync": fsync, "clients": clients}
    with _bare_table():
        bare = {size: _rate(clients, seconds / 2, partial(_insert_bare, size), size, problems) for size in (1, 50)}
        with _sequencer_process(problems):
            for name, size, act in (
                ("append_1", 1, lambda: services.record(_event(), actor=Client(), reason=REASON)),
                ("append_50", 50, lambda: services.record_many(_events(50), actor=Client(), reason=REASON)),
                ("append_50_singly", 50, lambda: _record_singly(50)),
            ):
                _wait_until_empty()
                with _lag(problems) as lags:
                    rate = _rate(clients, seconds, act, size, problems)
                found[name] = {
                    "per_second": round(rate),
                    "ratio": ratio(rate, bare[size]),
                    "bare_sql_per_second": round(bare[size]),
                    "head_lag_s": {"p50": round(median(lags), 2), "max": round(max(lags), 2), "n": len(lags)},
                }
        found["copy"] = _copies()
    found["catch_up"] = _catch_up()
    found["proofs"] = _proofs(problems)
    head, entries = queries.newest(), Entry.objects.count()
    problems.expect(head is not None and head.size == entries > before, "not all entries are under the signed head")
    return found


def _event() -> Appended:
    return Appended(subject=new_id(), case=new_id(), step=3)


def _events(count: int) -> list[Event]:
    return [_event() for _ in range(count)]


def _record_singly(count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            services.record(_event(), actor=Client(), reason=REASON)


def _rate(clients: int, seconds: float, act: Callable[[], object], size: int, problems: Problems) -> float:
    """Return entries per second of `clients` threads that write transactions of `size` entries."""
    counts = [0] * clients

    def work(number: int, going: Going) -> None:
        while going():
            act()
            counts[number] += size

    took = together(clients, seconds, work, problems)
    return sum(counts) / took


@contextmanager
def _bare_table() -> Iterator[None]:
    """Create a copy of the table without triggers, to measure what PostgreSQL itself needs for the same rows."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS bench_bare")
        owner.execute("CREATE TABLE bench_bare (LIKE ledger_entry INCLUDING ALL)")
        owner.execute(f"GRANT SELECT, INSERT ON bench_bare TO {settings.APPLICATION_ROLE}")
        try:
            yield
        finally:
            owner.execute("DROP TABLE bench_bare")


_SEALED = secrets.token_bytes(29 + len(REASON.encode()))
_AT = clock.now()


def _insert_bare(size: int) -> None:
    rows = [
        (new_id(), "bench.Appended", 1, new_id(), "machine:bench", None, _AT, _SEALED, '{"step": 3, "case": "x"}')
        for _ in range(size)
    ]
    statement = INSERT.replace("ledger_entry", "bench_bare") + ", ".join([ROW] * size)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


@contextmanager
def _sequencer_process(problems: Problems) -> Iterator[None]:
    with sequencer(problems):
        services.record(_event(), actor=Client())
        _wait_until_empty()  # then it has started
        yield


def _wait_until_empty() -> None:
    """Wait until all entries have a place in the tree. Raises TimeoutError if the sequencer does not get there."""
    deadline = time.monotonic() + EMPTY_WITHIN
    while Pending.objects.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the sequencer left entries waiting for {EMPTY_WITHIN} s")
        time.sleep(0.05)


@contextmanager
def _lag(problems: Problems) -> Iterator[list[float]]:
    """Measure repeatedly the seconds from the commit of an entry to a signed head that includes it."""
    lags: list[float] = []
    stop = threading.Event()

    def follow() -> None:
        try:
            while not stop.is_set():
                entry_id = services.record(_event(), actor=Client())
                began = time.monotonic()
                while not _is_under_a_head(entry_id):
                    time.sleep(0.02)
                lags.append(time.monotonic() - began)
        except Exception as failure:
            problems.add(f"following an entry: {type(failure).__name__}: {failure}")
        finally:
            connection.close()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield lags
    finally:
        stop.set()
        thread.join()


def _is_under_a_head(entry_id: UUID) -> bool:
    position = Leaf.objects.filter(entry_id=entry_id).values_list("position", flat=True).first()
    return position is not None and Head.objects.filter(size__gt=position).exists()


def _copies() -> Figures:
    """Measure rows per second by COPY into the ledger and into the table without trigger; the best of three each."""
    best = {}
    for table in ("bench_bare", "ledger_entry"):
        taken = []
        for _ in range(3):
            rows = [
                row_of(Entry(id=new_id(), type="bench.Copied", version=1, subject=new_id(), actor="machine:b", at=_AT))
                for _ in range(COPIED)
            ]
            began = time.perf_counter()
            Entry._meta.db_table, kept = table, Entry._meta.db_table
            try:
                copy(Entry, rows)
            finally:
                Entry._meta.db_table = kept
            taken.append(time.perf_counter() - began)
        best[table] = COPIED / min(taken)
    return {
        "rows_per_second": round(best["ledger_entry"]),
        "bare_rows_per_second": round(best["bench_bare"]),
        "ratio": ratio(best["ledger_entry"], best["bench_bare"]),
    }


def _catch_up() -> Figures:
    """Measure how fast one sequencer processes the waiting entries (from COPY), in wall time and in processor time."""
    numbering, done = services.Sequencer(), 0
    began, processor = time.perf_counter(), time.process_time()
    while count := numbering.sequence():
        done += count
    taken, processor = time.perf_counter() - began, time.process_time() - processor
    numbering.sign()
    leaf = queries.public_leaves(0, 1)[0]["leaf"]
    assert leaf is not None
    text = leaf.encode()
    hashes = 1000 / percentiles(timed(lambda: [merkle.leaf_hash(text) for _ in range(1000)], times=20))["p50_ms"] * 1000
    return {
        "entries": done,
        "per_second": round(done / taken),
        "per_second_of_processor": round(done / processor),
        "bare_sm3_per_second": round(hashes),
        "ratio": ratio(done / taken, hashes),
    }


def _proofs(problems: Problems) -> Figures:
    head = queries.newest()
    assert head is not None
    chance, size = Random(1), head.size
    root = bytes(head.root)

    def inclusion() -> None:
        queries.inclusion(chance.randrange(size), size)

    def consistency() -> None:
        queries.consistency(chance.randrange(1, size), size)

    proof = queries.inclusion(size // 3, size)
    leaf, path = bytes.fromhex(proof["leaf_hash"]), [bytes.fromhex(one) for one in proof["path"]]
    problems.expect(
        merkle.verify_inclusion(leaf, size // 3, size, path, root), f"the proof of entry {size // 3} does not verify"
    )
    verified = timed(lambda: merkle.verify_inclusion(leaf, size // 3, size, path, root), times=PROOFS)
    statement = queries.tree_head(head).statement()
    return {
        "leaves": size,
        "inclusion": _per_second(timed(inclusion, times=PROOFS)),
        "consistency": _per_second(timed(consistency, times=PROOFS)),
        "verify_inclusion": _per_second(verified),
        "sign_head": _per_second(timed(lambda: crypto.sign("ledger", statement), times=PROOFS)),
        "one_query": _per_second(timed(lambda: Leaf.objects.filter(position=size // 2).first(), times=PROOFS)),
    }


def _per_second(milliseconds: list[float]) -> Figures:
    return {"per_second": round(1000 * len(milliseconds) / sum(milliseconds)), **percentiles(milliseconds)}
