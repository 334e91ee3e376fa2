"""Proofs and public leaves, always computed from the current rows, so that every change shows."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.db import connection

from tongban.foundation.errors import DomainError, NotFound
from tongban.trust.ledger.merkle import consistency_ranges, inclusion_ranges, leaf_hash, verify_inclusion
from tongban.trust.ledger.models import Head, Leaf
from tongban.trust.ledger.queries import heads, tree
from tongban.trust.ledger.rows import COLUMNS, Row, content_of, leaf_of, leaves_of, salt_of


class NoSuchProof(DomainError):
    """The tree is smaller than the requested size, or the entry has no position."""

    code = "no-such-proof"
    status = 404
    message = "存证树里没有这个位置，或树还没有这么大。请先查看最新的树头（/ledger/head）。"


class InclusionJson(TypedDict):
    """An inclusion proof as the public interface serves it; hashes are hexadecimal."""

    position: int
    size: int
    entry: str
    leaf_hash: str
    path: list[str]


ConsistencyJson = TypedDict("ConsistencyJson", {"from": int, "to": int, "path": list[str]})
"""A consistency proof as the public interface serves it; hashes are hexadecimal."""


class PublicLeaf(TypedDict):
    """A position of the tree as the public interface serves it."""

    position: int
    hash: str | None
    """The hash in the tree, hexadecimal; None when the leaf's row is gone."""
    leaf: str | None
    """The leaf computed from the entry's current row; None when the entry is gone."""


@dataclass(frozen=True)
class Certificate:
    """The proof that an entry is in the ledger (存证证明), and whether it holds for the current rows."""

    leaf: str | None
    """None: the entry's row is gone."""
    position: int | None
    """None: the entry was recorded a moment ago and waits for its position."""
    head: Head | None
    """The newest head that covers the entry; None: the next head will."""
    path: tuple[bytes, ...]
    holds: bool


@dataclass(frozen=True)
class Disclosure:
    """The salted texts of an entry and the salt, with which the person concerned can check the public leaf."""

    salt: bytes
    texts: dict[str, str]


def position_of(entry_id: UUID) -> int:
    """Return the position of an entry. Raises NoSuchProof while it has none."""
    position = Leaf.objects.filter(entry_id=entry_id).values_list("position", flat=True).first()
    if position is None:
        raise NoSuchProof("没有这条记录，或它还在等待入树（通常一秒内）。请稍后再试。")
    return position


def inclusion(position: int, size: int) -> InclusionJson:
    """Return the proof that the leaf at `position` is in the tree of `size` leaves (RFC 9162 §2.1.3).

    Raises NoSuchProof or TreeBroken.
    """
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


def consistency(first: int, second: int) -> ConsistencyJson:
    """Return the proof that the tree of `second` leaves begins with the tree of `first` leaves (RFC 9162 §2.1.4).

    Raises NoSuchProof or TreeBroken.
    """
    if not 0 < first <= second or second > _size():
        raise NoSuchProof
    path = tree.ranges(consistency_ranges(first, second))
    return {"from": first, "to": second, "path": [one.hex() for one in path]}


def public_leaves(start: int, end: int) -> list[PublicLeaf]:
    """Return the leaves at the positions from `start` up to but excluding `end`."""
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
    """Return the entry's proof under the newest head. Raises NotFound when there never was such an entry."""
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
    """Return the texts and the salt behind an entry's public leaf. Raises NotFound.

    They may be shown only to the person whom the entry concerns; the calling room must check that.
    """
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
    """Return the size of the newest signed head; nothing beyond it can be proved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_head")
        return int(cursor.fetchone()[0])
