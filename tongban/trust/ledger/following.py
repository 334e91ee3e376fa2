"""Follow a platform: keep what a verifier or witness has seen, and check that a new head continues it. No Django."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tongban.foundation.disk import write_atomically
from tongban.trust.ledger import keys
from tongban.trust.ledger.client import EntryMissing, LedgerMismatch, Platform, SignedHead, Unreachable, head_of
from tongban.trust.ledger.merkle import verify_consistency

KEPT_HEADS = 8
"""Bytes of each leaf hash that are remembered: enough to find a changed position. The root remains the proof."""


class StateUnusable(Exception):
    """The state file exists but cannot be used. A person must look at it, since it holds all that is remembered."""


@dataclass
class State:
    """The platform's public key, pinned at first use, and the last head that passed the checks."""

    path: Path | None
    key: bytes | None = None
    head: SignedHead | None = None

    @classmethod
    def load(cls, path: Path | None) -> "State":
        """Read a state file; a missing file gives an empty state. Raises StateUnusable."""
        if path is None or not path.exists():
            return cls(path)
        try:
            kept = json.loads(path.read_text())
            return cls(path, bytes.fromhex(kept["key"]), head_of(kept["head"]))
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise StateUnusable(f"the state file {path} cannot be read: {wrong!r}") from None

    def keep(self, key: bytes, head: SignedHead) -> None:
        """Remember a head. The file is replaced atomically."""
        self.key, self.head = key, head
        if self.path is None:
            return
        write_atomically(self.path, json.dumps({"key": key.hex(), "head": head.as_json()}, indent=1).encode())


class Memory:
    """The first bytes of every leaf hash seen so far, stored in the file STATE.leaves."""

    def __init__(self, state: Path | None) -> None:
        self.path = state and state.with_name(state.name + ".leaves")
        self.until: int | None = None
        """How many leaves still count; later ones were lost by a declared restore. None: all count."""

    def remembered(self) -> Iterator[bytes]:
        if self.path is None or not self.path.exists():
            return
        with self.path.open("rb") as source:
            at = 0
            while at != self.until and len(one := source.read(KEPT_HEADS)) == KEPT_HEADS:
                yield one
                at += 1

    def shorten(self, count: int) -> None:
        """Forget all but the first `count` leaves."""
        if self.path is not None and self.path.exists():
            with self.path.open("rb+") as kept:
                kept.truncate(min(count * KEPT_HEADS, self.path.stat().st_size))

    def replace(self, seen: bytearray) -> None:
        if self.path is not None:
            write_atomically(self.path, seen)


def trusted_key(platform: Platform, state: State, given: Path | None) -> bytes:
    """Return the public key in `given`, else the pinned one, else (at first use) the one that the platform shows.

    Raises StateUnusable when `given` contradicts the pinned key.
    """
    if given is not None:
        key = keys.read_public(given.read_text())
        if state.key is not None and state.key != key:
            raise StateUnusable(f"the key in {given} is not the one that {state.path} remembers")
        return key
    return state.key or platform.key()


def newest_head(platform: Platform, state: State, key: bytes) -> tuple[SignedHead, list[SignedHead]]:
    """Return the newest head, its signature verified, and the heads that witnesses cosigned.

    Raises LedgerMismatch when the head is gone or wrongly signed, Unreachable when there is none yet.
    """
    newest, cosigned = platform.heads()
    if newest is None:
        if state.head is not None:
            raise LedgerMismatch(
                f"rolled back: there were {state.head.head.size} leaves, now there is no head at all", 0
            )
        raise Unreachable("the platform has not signed a head yet; try again when something was recorded")
    if not newest.signed_by(key):
        raise LedgerMismatch("the head is not signed by the platform's key that is trusted here")
    return newest, cosigned


def check_continues(platform: Platform, before: SignedHead, after: SignedHead, what: str) -> None:
    """Raise LedgerMismatch unless the tree of `after` begins with the tree of `before`; `what` names `before`."""
    first, second = before.head, after.head
    if second.size < first.size:
        raise LedgerMismatch(
            f"rolled back: {what} had {first.size} leaves, now there are {second.size}; what came after"
            f" position {second.size - 1} is gone"
        )
    if second.size == first.size:
        if second.root != first.root:
            raise LedgerMismatch(f"forked: {what} has {first.size} leaves too, but another root")
        return
    try:
        path = platform.consistency(first.size, second.size)
    except EntryMissing as missing:
        raise LedgerMismatch(f"no proof leads from {what} ({first.size} leaves) to the newest: {missing}") from None
    if not verify_consistency(first.size, second.size, first.root, second.root, path):
        raise LedgerMismatch(
            f"rewritten: the tree of {second.size} leaves does not begin with {what} of {first.size} leaves"
        )
