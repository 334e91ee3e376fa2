"""The Merkle tree of RFC 9162 §2.1 over SM3: roots, proofs and their verification. Pure; hashes are 32 bytes.

A tree is a sequence of leaf hashes. A complete subtree is identified by (level, index). It covers the positions from
`index << level` up to but excluding `(index + 1) << level`, and its hash never changes once they are filled.
"""

from collections.abc import Iterable, Sequence

from tongban.trust.crypto.primitives import sm3

Range = tuple[int, int]
"""Positions from the first (included) to the second (excluded)."""
Subtree = tuple[int, int]
"""Level and index."""


def leaf_hash(data: bytes) -> bytes:
    """Return SM3(0x00 | data)."""
    return sm3(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SM3(0x01 | left | right)."""
    return sm3(b"\x01" + left + right)


class GrowingTree:
    """An append-only tree that keeps only the hashes of its peaks, one for each one-bit of its size."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves; `peaks` are the hashes of `subtrees(0, size)`, largest first."""
        self.size = size
        self._peaks = list(peaks)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; return the subtrees that it completes as (level, index, hash), from level 1 up."""
        completed = []
        level, index, found = 0, self.size, leaf
        while index & 1:
            level, index, found = level + 1, index >> 1, node_hash(self._peaks.pop(), found)
            completed.append((level, index, found))
        self._peaks.append(found)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return fold(self._peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the hash over neighbouring complete subtrees, largest first; for none, SM3 of the empty string."""
    if not peaks:
        return sm3(b"")
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the Merkle tree hash of a sequence of leaf hashes (MTH of §2.1.1)."""
    tree = GrowingTree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def subtrees(start: int, end: int) -> list[Subtree]:
    """Return the complete subtrees that cover a range of the tree's recursion, largest first."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return the ranges whose hashes form an inclusion proof, in the proof's order (PATH of §2.1.3.1).

    Raises ValueError when the position is not in a tree of that size.
    """
    if not 0 <= position < size:
        raise ValueError(f"position {position} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the ranges whose hashes form a consistency proof, in the proof's order (PROOF of §2.1.4.1).

    Raises ValueError unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"no consistency proof leads from {first} to {second}")
    start, end, path = 0, second, []
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:
        path.append((start, end))
    return path[::-1]


def verify_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Return whether the path proves that the leaf hash is at its position under the root (§2.1.3.2)."""
    if not 0 <= position < size:
        return False
    fn, sn, found = position, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == expected_root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether the path proves that the tree of `second` leaves begins with the tree of `first` (§2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(step, old), node_hash(step, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)
