"""Hashes of the tree, computed from the stored leaves and the stored nodes of every fourth level."""

from collections.abc import Iterable

from django.db import connection

from tongban.foundation.errors import DomainError
from tongban.trust.ledger.merkle import Range, Subtree, fold, node_hash, subtrees

STORED = 4
"""Nodes of levels 4, 8, 12 … are stored: a fifteenth of all nodes, and no hash needs more than 15 steps."""


class TreeBroken(DomainError):
    """Leaves or nodes that were once written are missing."""

    code = "tree-broken"
    status = 500
    message = "存证树不完整：应有的节点不在了。请联系平台运行单位核查。"


def size() -> int:
    """Return the number of leaves, whether a head covers them or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf")
        return int(cursor.fetchone()[0])


def root(size: int) -> bytes:
    """Return the root over the first `size` leaves. Raises TreeBroken."""
    return fold(hashes_of(subtrees(0, size)))


def hashes_of(wanted: Iterable[Subtree]) -> list[bytes]:
    """Return the hashes of complete subtrees in the given order, with at most two SQL queries. Raises TreeBroken."""
    wanted = list(wanted)
    below = [_stored_below(subtree) for subtree in wanted]
    stored = _fetch({one for some in below for one in some})
    try:
        return [_combine([stored[one] for one in some]) for some in below]
    except KeyError:
        raise TreeBroken from None


def ranges(spans: Iterable[Range]) -> list[bytes]:
    """Return the hashes over the ranges of a proof, in the given order. Raises TreeBroken."""
    parts = [subtrees(*span) for span in spans]
    flat = iter(hashes_of(subtree for part in parts for subtree in part))
    return [fold([next(flat) for _ in part]) for part in parts]


def _stored_below(subtree: Subtree) -> list[Subtree]:
    level, index = subtree
    down = level % STORED
    return [(level - down, child) for child in range(index << down, (index + 1) << down)]


def _fetch(wanted: set[Subtree]) -> dict[Subtree, bytes]:
    positions = [index for level, index in wanted if level == 0]
    nodes = [subtree for subtree in wanted if subtree[0]]
    found: dict[Subtree, bytes] = {}
    with connection.cursor() as cursor:
        if positions:
            cursor.execute("SELECT position, hash FROM ledger_leaf WHERE position = ANY(%s)", [positions])
            found |= {(0, position): bytes(one) for position, one in cursor.fetchall()}
        if nodes:
            cursor.execute(
                "SELECT n.level, n.index, n.hash FROM unnest(%s::int2[], %s::int8[]) AS w (level, index)"
                " JOIN ledger_node n ON n.level = w.level AND n.index = w.index",
                [[level for level, _ in nodes], [index for _, index in nodes]],
            )
            found |= {(level, index): bytes(one) for level, index, one in cursor.fetchall()}
    return found


def _combine(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]
