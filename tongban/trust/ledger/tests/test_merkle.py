"""The tree compared with a naive implementation of RFC 9162, for every size up to 256 and every proof."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust.ledger import merkle

SIZES = 256
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(SIZES)]


def sm3(data):
    return hashlib.new("sm3", data).digest()


def naive_root(leaves):
    """MTH, as the RFC defines it."""
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sm3(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:]))


def naive_path(m, leaves):
    """PATH, as the RFC defines it."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m, leaves, whole):
    """SUBPROOF, as the RFC defines it."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def inclusion_proof(position, leaves):
    return [merkle.root(leaves[slice(*span)]) for span in merkle.inclusion_ranges(position, len(leaves))]


def consistency_proof(first, leaves):
    return [merkle.root(leaves[slice(*span)]) for span in merkle.consistency_ranges(first, len(leaves))]


ROOTS = [naive_root(LEAVES[:size]) for size in range(SIZES + 1)]


def test_leaves_and_nodes_differ_in_their_first_byte():
    assert merkle.leaf_hash(b"abc") == sm3(b"\x00abc")
    assert merkle.node_hash(b"a" * 32, b"b" * 32) == sm3(b"\x01" + b"a" * 32 + b"b" * 32)


@pytest.mark.req("H4")
def test_roots_of_all_sizes_match_the_standard():
    tree = merkle.GrowingTree()
    for size in range(SIZES + 1):
        assert merkle.root(LEAVES[:size]) == tree.root() == ROOTS[size]
        if size < SIZES:
            completed = tree.append(LEAVES[size])
            for level, index, found in completed:
                assert found == naive_root(LEAVES[index << level : (index + 1) << level])
            assert len(completed) == (size + 1 & -(size + 1)).bit_length() - 1


def test_a_tree_can_be_continued_from_its_peaks():
    for size in range(SIZES):
        peaks = [naive_root(LEAVES[i << level : (i + 1) << level]) for level, i in merkle.subtrees(0, size)]
        tree = merkle.GrowingTree(size, peaks)
        assert tree.root() == ROOTS[size]
        tree.append(LEAVES[size])
        assert tree.root() == ROOTS[size + 1]


@pytest.mark.req("H4")
def test_every_inclusion_proof_of_every_size_verifies():
    for size in range(1, SIZES + 1):
        for position in range(size):
            path = [_of(span) for span in merkle.inclusion_ranges(position, size)]
            assert merkle.verify_inclusion(LEAVES[position], position, size, path, ROOTS[size])


@pytest.mark.req("H4")
def test_every_consistency_proof_of_every_size_verifies():
    for second in range(1, SIZES + 1):
        for first in range(1, second + 1):
            path = [_of(span) for span in merkle.consistency_ranges(first, second)]
            assert merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], path)


_known = {}


def _of(span):
    if span not in _known:
        _known[span] = naive_root(LEAVES[slice(*span)])
    return _known[span]


def test_proofs_equal_those_of_the_standard():
    for size in (1, 2, 3, 4, 5, 6, 7, 8, 13, 31, 33, 64, 100):
        for position in range(size):
            assert inclusion_proof(position, LEAVES[:size]) == naive_path(position, LEAVES[:size])
        for first in range(1, size + 1):
            assert consistency_proof(first, LEAVES[:size]) == naive_subproof(first, LEAVES[:size], True)


@given(st.data())
def test_a_wrong_inclusion_proof_is_refused(data):
    size = data.draw(st.integers(1, SIZES))
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(position, LEAVES[:size])
    root = ROOTS[size]
    other = data.draw(st.integers(0, size - 1).filter(lambda p: p != position)) if size > 1 else None
    if other is not None:
        assert not merkle.verify_inclusion(LEAVES[other], position, size, path, root)
        assert not merkle.verify_inclusion(LEAVES[position], other, size, path, root)
    assert not merkle.verify_inclusion(LEAVES[position], position, size, [*path, root], root)
    assert not merkle.verify_inclusion(LEAVES[position], size, size, path, root)
    assert not merkle.verify_inclusion(LEAVES[position], -1, size, path, root)
    if path:
        assert not merkle.verify_inclusion(LEAVES[position], position, size, path[:-1], root)
        changed = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:changed], sm3(path[changed]), *path[changed + 1 :]]
        assert not merkle.verify_inclusion(LEAVES[position], position, size, bent, root)


@given(st.data())
def test_a_wrong_consistency_proof_is_refused(data):
    second = data.draw(st.integers(2, SIZES))
    first = data.draw(st.integers(1, second - 1))
    path = consistency_proof(first, LEAVES[:second])
    assert not merkle.verify_consistency(first, second, sm3(b"another"), ROOTS[second], path)
    assert not merkle.verify_consistency(first, second, ROOTS[first], sm3(b"another"), path)
    assert not merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], [*path, ROOTS[1]])
    assert not merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], path[:-1])
    assert not merkle.verify_consistency(second, first, ROOTS[second], ROOTS[first], path)
    assert not merkle.verify_consistency(0, second, ROOTS[0], ROOTS[second], path)
    changed = data.draw(st.integers(0, len(path) - 1))
    bent = [*path[:changed], sm3(path[changed]), *path[changed + 1 :]]
    assert not merkle.verify_consistency(first, second, ROOTS[first], ROOTS[second], bent)


def test_impossible_proofs_are_refused_at_once():
    for position, size in ((0, 0), (5, 5), (-1, 3)):
        with pytest.raises(ValueError, match="position"):
            merkle.inclusion_ranges(position, size)
    for first, second in ((0, 1), (2, 1), (-1, 5)):
        with pytest.raises(ValueError, match="consistency"):
            merkle.consistency_ranges(first, second)
    assert merkle.verify_consistency(3, 3, ROOTS[3], ROOTS[3], [])
    assert not merkle.verify_consistency(3, 3, ROOTS[3], ROOTS[4], [])
    assert not merkle.verify_consistency(3, 3, ROOTS[3], ROOTS[3], [ROOTS[1]])
