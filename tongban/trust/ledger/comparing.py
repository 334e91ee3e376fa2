"""Compare the states of two verifiers to find out whether they were shown the same history. No Django.

`python -m tongban.trust.ledger.verify [URL] --compare a.json b.json`. Exit codes:

0: one history; the heads are equal, or one is behind the other.
1: a fork is proved; both signed heads are printed as evidence.
2: the states could not be compared.
3: nothing contradicts one history, but it is not proved; give the address of the platform.

Two heads of the same size with different roots prove a fork by themselves. For different sizes, the remembered leaf
hashes (their first eight bytes) show offline at which position two histories diverge. If they do not diverge, the
platform is asked to prove that the larger tree begins with the smaller one; an invalid proof is a fork.
"""

import json
import sys
from itertools import islice
from pathlib import Path

from tongban.trust.ledger.client import EntryMissing, LedgerMismatch, Platform, SignedHead, Unreachable
from tongban.trust.ledger.following import Memory, State, StateUnusable
from tongban.trust.ledger.merkle import verify_consistency

SAME, FORK, UNUSABLE, OPEN = 0, 1, 2, 3


def main(first: Path, second: Path, url: str | None) -> int:
    try:
        code, sentence = compare(first, second, url)
    except (StateUnusable, Unreachable, OSError) as failed:
        print(f"NOT COMPARED: {failed}.", file=sys.stderr)
        return UNUSABLE
    print(sentence, file=sys.stderr if code == FORK else sys.stdout)
    return code


def compare(first: Path, second: Path, url: str | None = None) -> tuple[int, str]:
    """Return an exit code and a sentence about what was found.

    Raises StateUnusable, Unreachable or OSError when the states cannot be compared.
    """
    states = [_loaded(first), _loaded(second)]
    if states[0].key != states[1].key:
        raise StateUnusable(
            "the two states trust different keys: they follow two platforms, or one of them was deceived"
        )
    heads = [_head(state) for state in states]
    for state, head in zip(states, heads, strict=True):
        if state.key is None or not head.signed_by(state.key):
            raise StateUnusable(f"the head in {state.path} is not signed by the key in it")
    (small_state, small), (large_state, large) = sorted(
        zip(states, heads, strict=True), key=lambda pair: pair[1].head.size
    )
    if small.head.size == large.head.size:
        if small.head.root == large.head.root:
            return SAME, f"CONSISTENT: both have the head of {small.head.size} leaves."
        return FORK, _evidence("two signed heads of one size have different roots", small, large)
    behind = f"{small_state.path} is behind {large_state.path}: {small.head.size} and {large.head.size} leaves"
    parted = _first_difference(small_state, large_state, small.head.size)
    if parted is not None:
        return FORK, _evidence(f"the leaves that were seen differ from position {parted} on", small, large)
    if url is None:
        return OPEN, (f"NOT PROVED: {behind}; the remembered leaves do not contradict. Give the address for a proof.")
    return _by_proof(Platform(url), small, large, behind)


def _by_proof(platform: Platform, small: SignedHead, large: SignedHead, behind: str) -> tuple[int, str]:
    try:
        path = platform.consistency(small.head.size, large.head.size)
    except EntryMissing:
        return OPEN, f"NOT PROVED: {behind}; the platform gives no proof, though it signed both heads. Ask it why."
    except LedgerMismatch as refused:
        return OPEN, f"NOT PROVED: {behind}; {refused}."
    if verify_consistency(small.head.size, large.head.size, small.head.root, large.head.root, path):
        return SAME, f"CONSISTENT: {behind}; the larger tree begins with the smaller one."
    return FORK, _evidence("the larger tree does not begin with the smaller one", small, large)


def _first_difference(small: State, large: State, size: int) -> int | None:
    """Return the first position at which the two remember different leaves."""
    both = zip(Memory(small.path).remembered(), Memory(large.path).remembered(), strict=False)
    return next((position for position, (one, other) in enumerate(islice(both, size)) if one != other), None)


def _evidence(what: str, small: SignedHead, large: SignedHead) -> str:
    shown = json.dumps([small.as_json(), large.as_json()], indent=1)
    return f"FORK: {what}. The platform signed both of these heads:\n{shown}"


def _loaded(path: Path) -> State:
    if not path.exists():
        raise StateUnusable(f"there is no state file {path}")
    return State.load(path)


def _head(state: State) -> SignedHead:
    if state.head is None:
        raise StateUnusable(f"the state file {state.path} has no head")
    return state.head
