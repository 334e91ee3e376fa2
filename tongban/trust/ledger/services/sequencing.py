"""The sequencer: gives recorded entries their positions in the tree and signs tree heads.

Only the process that holds the advisory lock acts; others try again later. All state is in the database, so the process
may be killed at any time.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import Machine
from tongban.foundation.ids import new_id
from tongban.foundation.locks import try_number
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.events import LedgerAlive
from tongban.trust.ledger.merkle import GrowingTree, leaf_hash, subtrees
from tongban.trust.ledger.models import Head
from tongban.trust.ledger.queries import heads, tree
from tongban.trust.ledger.rows import COLUMNS, leaves_of
from tongban.trust.ledger.services.recording import record
from tongban.trust.ledger.statements import TreeHead, moment

PLACE = "SELECT ledger_place(%s, %s::uuid[], %s::bytea[], %s::int2[], %s::bigint[], %s::bytea[])"
SIGN = "SELECT ledger_sign(%s, %s, %s, %s, %s)"
"""The only ways in which the application's role can write the tree (see migration 0006)."""
LOCK = 0x746F6E6762616E01
"""Key of the PostgreSQL advisory lock."""
BATCH = 1500
"""Entries per transaction: about a tenth of a second of work, so that no batch delays a head."""
POLL = 0.2
"""Seconds between polls while nothing waits. NOTIFY would serialise all commits."""
EVERY = 1.0
"""Minimum number of seconds between two signed heads."""
BEAT = timedelta(minutes=10)
"""Maximum age of the newest head even if nothing is recorded (see `beat`)."""
REST = 2.0
"""Seconds to wait after a failure."""
log = logging.getLogger("tongban.ledger")


MACHINE = Machine("ledger")


class Sequencer:
    """Sequences entries and signs heads. It caches the tree's peaks, and checks them against the database each time."""

    def __init__(self) -> None:
        self._tree = GrowingTree()
        self._gone: set[UUID] = set()

    def sequence(self, limit: int = BATCH) -> int:
        """Give at most `limit` entries their positions, ordered by id; return how many there were."""
        with transaction.atomic():
            if not self._is_our_turn():
                return 0
            self._catch_up()
            try:
                return self._add(self._waiting(limit))
            except BaseException:
                self._tree = GrowingTree()
                raise

    def place(self, entry_id: UUID) -> None:
        """Give one entry the next position, ahead of all pending ones. The caller must hold the lock."""
        self._tree = GrowingTree()
        self._catch_up()
        self._add([entry_id])

    def sign(self) -> Head | None:
        """Sign a head of the whole tree; return None when the newest head already covers it."""
        with transaction.atomic():
            if not self._is_our_turn():
                return None
            size = tree.size()
            newest = heads.newest()
            if size == 0 or (newest is not None and newest.size >= size):
                return None
            at = clock.now()
            head = TreeHead(size, tree.root(size), moment(at))
            signature = crypto.sign(heads.KEY_ID, head.statement())
            with connection.cursor() as cursor:
                cursor.execute(SIGN, [size, head.root, at, signature, heads.KEY_ID])
            return Head(size=size, root=head.root, at=at, signature=signature, key_id=heads.KEY_ID)

    def beat(self) -> bool:
        """Record a heartbeat if the newest head is older than BEAT; return whether one was recorded."""
        with transaction.atomic():
            if not self._is_our_turn():
                return False
            newest, now = heads.newest(), clock.now()
            if newest is None or now - newest.at < BEAT:
                return False
            record(LedgerAlive(subject=new_id()), actor=MACHINE, at=now)
            return True

    def _is_our_turn(self) -> bool:
        return try_number(LOCK)

    def _catch_up(self) -> None:
        size = tree.size()
        if size != self._tree.size:
            self._tree = GrowingTree(size, tree.hashes_of(subtrees(0, size)))

    def _waiting(self, limit: int) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT entry_id FROM ledger_pending WHERE entry_id <> ALL(%s::uuid[]) ORDER BY entry_id LIMIT %s",
                [list(self._gone), limit],
            )
            return [entry_id for (entry_id,) in cursor.fetchall()]

    def _add(self, waiting: Sequence[UUID]) -> int:
        if not waiting:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS}, e.id FROM ledger_entry e WHERE e.id = ANY(%s::uuid[]) ORDER BY e.id",
                [list(waiting)],
            )
            rows = cursor.fetchall()
            found = [row[-1] for row in rows]
            for entry_id in set(waiting) - set(found):
                # The row in `ledger_pending` stays, as evidence for `ledger check`.
                log.error("entry %s was deleted before it got its position", entry_id)
                self._gone.add(entry_id)
            if not found:
                return 0
            leaves, nodes, first = [], [], self._tree.size
            for leaf in leaves_of([row[:-1] for row in rows]):
                assert leaf is not None
                digest = leaf_hash(leaf.encode())
                leaves.append(digest)
                nodes += [node for node in self._tree.append(digest) if node[0] % tree.STORED == 0]
            levels, indexes, digests = ([node[part] for node in nodes] for part in range(3))
            cursor.execute(PLACE, [first, found, leaves, levels, indexes, digests])
        return len(found)


def run_sequencer(stop: threading.Event) -> None:
    """Sequence and sign until `stop` is set. Waits for the database to return when the connection is lost."""
    sequencer, signed, looked = Sequencer(), 0.0, time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() - looked >= BEAT.total_seconds() / 20:
                sequencer.beat()
                looked = time.monotonic()
            count = sequencer.sequence()
            if time.monotonic() - signed >= EVERY and sequencer.sign():
                signed = time.monotonic()
            if count < BATCH:
                stop.wait(POLL)
        except Exception as failure:
            if isinstance(failure, DatabaseError):
                log.warning("the sequencer waits for the database: %s", str(failure).split("\n", 1)[0])
            else:
                log.exception("the sequencer failed; it tries again in %s s", REST)
            sequencer = Sequencer()
            _close_connection()
            stop.wait(REST)
    _close_connection()


def _close_connection() -> None:
    try:
        connection.close()
    except DatabaseError:
        log.debug("the connection was lost already")
