"""Proofs and public leaves, each built from the live rows: whatever was changed shows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.foundation.errors import DomainError, NotFound
from tongban.trust.ledger.merkle import consistency_ranges, inclusion_ranges, leaf_hash, verify_inclusion
from tongban.trust.ledger.models import Head, Leaf
from tongban.trust.ledger.queries import heads, tree
from tongban.trust.ledger.rows import COLUMNS, Row, content_of, leaf_of, leaves_of, salt_of


class NoSuchProof(DomainError):
    """The tree is not that large, or never had what is asked for."""

    code = "no-such-proof"
    status = 404
    message = "存证树里没有这个位置，或树还没有这么大。请先查看最新的树头（/ledger/head）。"


@dataclass(frozen=True)
class Certificate:
    """What proves that an entry stands in the ledger (存证证明), and whether it holds as the rows are now."""

    leaf: str | None
    """None: the entry's row is gone."""
    position: int | None
    """None: it was recorded a moment ago and waits for its position."""
    head: Head | None
    """The newest head that has it; None: the next one will."""
    path: tuple[bytes, ...]
    holds: bool


@dataclass(frozen=True)
class Disclosure:
    """What the person concerned may be shown, to check the public leaf: the salted texts and the salt."""

    salt: bytes
    texts: dict[str, str]


def position_of(entry_id: UUID) -> int:
    """NoSuchProof while the entry has none."""
    position = Leaf.objects.filter(entry_id=entry_id).values_list("position", flat=True).first()
    if position is None:
        raise NoSuchProof("没有这条记录，或它还在等待入树（通常一秒内）。请稍后再试。")
    return position


def inclusion(position: int, size: int) -> dict[str, Any]:
    """The proof that the leaf at the position is in the tree of `size`; NoSuchProof, TreeBroken."""
    if not 0 <= position < size or size > _size():
        raise NoSuchProof
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, hash FROM ledger_leaf WHERE position = %s", [position])
        leaf = cursor.fetchone()
    if leaf is None:
        raise tree.TreeBroken
    return {
        "position": position,
        "size": size,
        "entry": str(leaf[0]),
        "leaf_hash": bytes(leaf[1]).hex(),
        "path": [one.hex() for one in tree.ranges(inclusion_ranges(position, size))],
    }


def consistency(first: int, second: int) -> dict[str, Any]:
    """The proof that the tree of `second` begins with the tree of `first`; NoSuchProof, TreeBroken."""
    if not 0 < first <= second or second > _size():
        raise NoSuchProof
    path = tree.ranges(consistency_ranges(first, second))
    return {"from": first, "to": second, "path": [one.hex() for one in path]}


def public_leaves(start: int, end: int) -> list[dict[str, Any]]:
    """For each position of the range: the hash that stands in the tree, and the leaf as the entry's row is now.

    `hash` is None where the leaf's row is gone, `leaf` where the entry's is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, l.hash, p.position FROM generate_series(%s::int8, %s::int8) AS p (position)"
            " LEFT JOIN ledger_leaf l ON l.position = p.position LEFT JOIN ledger_entry e ON e.id = l.entry_id"
            " ORDER BY p.position",
            [start, end - 1],
        )
        rows = cursor.fetchall()
    return [
        {"position": row[-1], "hash": row[-2] and bytes(row[-2]).hex(), "leaf": leaf}
        for row, leaf in zip(rows, leaves_of([row[:-2] for row in rows]), strict=True)
    ]


def certificate_of(entry_id: UUID) -> Certificate:
    """The entry's proof against the newest head that has it; NotFound when there never was such an entry."""
    row = _row(entry_id)
    placed = Leaf.objects.filter(entry_id=entry_id).first()
    if row is None and placed is None:
        raise NotFound("没有这条存证记录，请检查网址。")
    leaf = leaf_of(row) if row else None
    if placed is None:
        return Certificate(leaf, None, None, (), holds=False)
    head = heads.newest()
    if head is None or head.size <= placed.position:
        return Certificate(leaf, placed.position, None, (), holds=False)
    try:
        path = tuple(tree.ranges(inclusion_ranges(placed.position, head.size)))
    except tree.TreeBroken:
        return Certificate(leaf, placed.position, head, (), holds=False)
    holds = (
        leaf is not None
        and verify_inclusion(leaf_hash(leaf.encode()), placed.position, head.size, path, bytes(head.root))
        and heads.signature_holds(head)
    )
    return Certificate(leaf, placed.position, head, path, holds)


def disclosure_of(entry_id: UUID) -> Disclosure:
    """The texts and the salt behind an entry's public leaf, for the person whom it concerns and nobody else: the
    calling room checks who asks. NotFound."""
    row = _row(entry_id)
    if row is None:
        raise NotFound("没有这条存证记录，请检查网址。")
    content = content_of(row)
    texts = {name: getattr(content, name) for name in ("subject", "actor", "principal", "payload")}
    return Disclosure(salt_of(entry_id), texts | {"reason": content.reason or ""})


def _row(entry_id: UUID) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM ledger_entry e WHERE e.id = %s", [entry_id])
        found = cursor.fetchone()
    return Row(*found) if found else None


def _size() -> int:
    """How large the newest signed head is: of more, nothing is proved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_head")
        return int(cursor.fetchone()[0])
