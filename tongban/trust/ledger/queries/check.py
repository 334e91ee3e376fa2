"""Consistency checks inside the database, for operators. Each finding is one sentence."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction

from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.merkle import GrowingTree, leaf_hash
from tongban.trust.ledger.models import Head
from tongban.trust.ledger.queries import epochs, heads, integrity, proofs, tree
from tongban.trust.ledger.queries.folding import Say, fold_findings, silent

BLOCK = 2000
SAMPLES = 50
"""How many heads, and how many blocks of 20 leaves, the quick check looks at."""
MAX_FINDINGS = 100
"""Findings after which a check stops."""
QUICK_SAMPLE = 200
"""How many groups of rows of each table the quick check compares with their entries."""


def findings(
    *,
    quick: bool = False,
    tables: Iterable[str] = (),
    sample: int = 0,
    since: datetime | None = None,
    say: Say = silent,
) -> Iterator[str]:
    """Yield a sentence for each inconsistency, at most 100 each for the tree and the rows.

    `quick` checks samples and takes some seconds. If `tables` are given, only their rows are compared with entries, and
    the tree is not checked. `sample` and `since` are those of `fold_findings`; `say` is told about progress.
    """
    rows = fold_findings(tables=tables, sample=sample or (QUICK_SAMPLE if quick else 0), since=since, say=say)
    if any(True for _ in tables):
        yield from itertools.islice(rows, MAX_FINDINGS)
        return
    with transaction.atomic():
        tree_findings = itertools.chain(
            _counts(quick),
            integrity.findings(quick=quick),
            _samples() if quick else _all_leaves(),
            _heads(quick),
            epochs.findings(),
        )
        yield from itertools.islice(tree_findings, MAX_FINDINGS)
    say("the tree is read")
    yield from itertools.islice(rows, MAX_FINDINGS)


def quick_findings() -> Iterator[str]:
    """Yield the findings of the quick check."""
    return findings(quick=True)


def _counts(quick: bool) -> Iterator[str]:
    with connection.cursor() as cursor:
        # A single statement, so that all counts belong to the same moment.
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_leaf),"
            " (SELECT count(*) FROM ledger_pending), (SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf)"
        )
        entries, leaves, pending, size = cursor.fetchone()
        if leaves != size:
            yield f"ledger: {size - leaves} leaves are missing below position {size}"
            yield from integrity.gaps()
        if entries != leaves + pending:
            yield f"ledger: {entries} entries, but {leaves} have a position and {pending} wait for one"
            yield from _strays()


def _strays() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)"
            " AND NOT EXISTS (SELECT FROM ledger_pending p WHERE p.entry_id = e.id) ORDER BY e.id LIMIT %s",
            [MAX_FINDINGS],
        )
        yield from (f"ledger: entry {one} has no position and does not wait for one" for (one,) in cursor.fetchall())
        cursor.execute(
            "SELECT p.entry_id FROM ledger_pending p"
            " WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = p.entry_id) ORDER BY 1 LIMIT %s",
            [MAX_FINDINGS],
        )
        yield from (f"ledger: entry {one} was deleted before it got a position" for (one,) in cursor.fetchall())


def _leaf_findings(start: int, end: int, growth: GrowingTree | None = None) -> Iterator[str]:
    """Compare rows with their leaves, and with the nodes above them when `growth` is given."""
    nodes: list[tuple[int, int, bytes]] = []
    for one in proofs.public_leaves(start, end):
        position, stored, leaf = one["position"], one["hash"], one["leaf"]
        if stored is None:
            yield f"ledger: position {position}: the leaf is gone"
        elif leaf is None:
            yield f"ledger: position {position}: the entry is gone"
        elif leaf_hash(leaf.encode()).hex() != stored:
            yield f"ledger: position {position}: the entry is not the one that was recorded"
        if growth is not None:
            nodes += [n for n in growth.append(bytes.fromhex(stored or "")) if n[0] % tree.STORED == 0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.level, w.index FROM unnest(%s::int2[], %s::int8[], %s::bytea[]) AS w (level, index, hash)"
            " LEFT JOIN ledger_node n ON n.level = w.level AND n.index = w.index"
            " WHERE n.hash IS DISTINCT FROM w.hash ORDER BY 1, 2",
            [[n[0] for n in nodes], [n[1] for n in nodes], [n[2] for n in nodes]],
        )
        yield from (f"ledger: node {level}/{index} does not fit its leaves" for level, index in cursor.fetchall())


def _all_leaves() -> Iterator[str]:
    growth, signed = GrowingTree(), Head.objects.order_by("size").values_list("size", "root").iterator()
    at, head = 0, next(signed, None)
    with connection.cursor() as cursor:
        # A leaf placed far ahead is reported as a gap, so the positions in between are not visited.
        cursor.execute(
            "SELECT greatest((SELECT count(*) FROM ledger_leaf), (SELECT coalesce(max(size), 0) FROM ledger_head),"
            " least((SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf),"
            " (SELECT count(*) + %s FROM ledger_leaf)))",
            [MAX_FINDINGS],
        )
        size = cursor.fetchone()[0]
    while at < size:
        until = min(at + BLOCK, size, head[0] if head else size)
        yield from _leaf_findings(at, until, growth)
        at = until
        while head and head[0] <= at:
            if bytes(head[1]) != growth.root():
                yield f"ledger: the root of the head of {head[0]} leaves is not that of its leaves"
            head = next(signed, None)
    if head:
        yield f"ledger: a head of {head[0]} leaves is signed, but there are {size}"


def _samples() -> Iterator[str]:
    newest = heads.newest()
    size = newest.size if newest else 0
    for start in sorted({*range(0, size, max(1, size // SAMPLES)), max(0, size - 20)}):
        yield from _leaf_findings(start, min(start + 20, size)) if start < size else ()


def _heads(quick: bool) -> Iterator[str]:
    rows, keys = Head.objects.order_by("-size"), dict[str, bytes | None]()
    for head in rows[:SAMPLES] if quick else rows.iterator(chunk_size=1000):
        if head.key_id not in keys:
            keys[head.key_id] = crypto.stored_public_key(head.key_id)
        key = keys[head.key_id]
        if key is None:
            yield f"crypto_signing_key {head.key_id}: the signing key of the head of {head.size} leaves is gone"
        elif not crypto.verify(key, heads.tree_head(head).statement(), bytes(head.signature)):
            yield f"ledger: the signature of the head of {head.size} leaves does not hold"
    newest = heads.newest()
    if quick and newest is not None:
        try:
            if tree.root(newest.size) != bytes(newest.root):
                yield f"ledger: the root of the head of {newest.size} leaves is not that of its leaves"
        except tree.TreeBroken:
            yield f"ledger: nodes below the head of {newest.size} leaves are missing"
