"""The stand-alone verifier: `python -m tongban.trust.ledger.verify URL`. No Django, no database.

The verifier trusts a public key (given, or pinned at first use), the last head that it saw, and the witnesses whose
keys it was given. It reads every public leaf, computes the root itself and compares it with the signed one. Exit codes:

0: everything holds.
1: refused; the sentence says why.
2: nothing could be checked.
3: the ledger was restored from a backup as declared, and lost entries that are remembered here (see `epochs`).

`--compare A B` has its own exit codes (see `comparing`).
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tongban.trust.ledger import comparing, epochs, keys
from tongban.trust.ledger.client import EntryMissing, LedgerMismatch, Platform, SignedHead, Unreachable
from tongban.trust.ledger.following import (
    KEPT_HEADS,
    Memory,
    State,
    StateUnusable,
    check_continues,
    newest_head,
    trusted_key,
)
from tongban.trust.ledger.merkle import GrowingTree, leaf_hash
from tongban.trust.ledger.statements import from_moment

PAGE = 1000


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.compare is not None:
        first, second = options.compare
        return comparing.main(first, second, options.url)
    try:
        for sentence in check(options):
            print(sentence, flush=True)
    except LedgerMismatch as refused:
        where = "" if refused.position is None else f" First bad position: {refused.position}."
        print(f"REFUSED: {refused}.{where}", file=sys.stderr)
        return 1
    except epochs.RestoreNotAcknowledged as restored:
        print(f"RESTORED: {restored}", file=sys.stderr)
        return 3
    except (Unreachable, StateUnusable, keys.NotAKey, OSError) as failed:
        print(f"NOT CHECKED: {failed}.", file=sys.stderr)
        return 2
    return 0


def check(options: argparse.Namespace) -> Iterator[str]:
    """Run all checks and yield a sentence for each that holds, then remember the new head.

    Raises LedgerMismatch, epochs.RestoreNotAcknowledged, Unreachable, StateUnusable or keys.NotAKey.
    """
    platform, state = epochs.Reader(options.url), State.load(options.state)
    witnesses = [(path, keys.read_public(path.read_text())) for path in options.witness]
    first_use = state.key is None and options.key is None
    key = trusted_key(platform, state, options.key)
    newest, cosigned = newest_head(platform, state, key)
    size, at = newest.head.size, from_moment(newest.head.at)
    _check_age(options.max_age, newest)
    past = epochs.EpochHistory.load(options.state)
    declared = epochs.declarations(platform, key, past)
    lost = epochs.losses_of_restore(past, state.head, declared)
    before = lost.before if lost else state.head
    suspicion = None
    try:
        if before is not None:
            check_continues(platform, before, newest, "the remembered head")
        epochs.check_declared(platform, declared, newest)
        words = [_witnessed(platform, key, newest, cosigned, path, public) for path, public in witnesses]
    except LedgerMismatch as refused:
        if options.quick:
            raise
        suspicion = refused  # read the leaves anyway: they may show where the difference is
    memory, seen = Memory(options.state), bytearray()
    if not options.quick:
        memory.until = lost.first if lost else None
        seen = _read_leaves(platform, newest, before, memory, suspicion)
        platform.check_leaves(declared, size)
    if lost is not None:
        memory.until = None
        lost.compare_with(memory.remembered(), seen, KEPT_HEADS)
        yield from lost.acknowledge(options.accept_epoch, past)
    if not options.quick:
        memory.replace(seen)
    elif lost is not None:
        memory.shorten(lost.first)
    state.keep(key, newest)
    past.keep(declared, newest)
    if first_use:
        yield f"The key {key[1:9].hex()}… was taken from the platform at this first use" + (
            f" and is remembered in {state.path}." if state.path else ", and is not remembered: give --state."
        )
    age = max(0, round((datetime.now(UTC) - at).total_seconds()))
    yield f"The head of {size} leaves is signed; it was made {age} s ago. Root {newest.head.root.hex()}."
    yield from words
    yield from epochs.describe_declarations(declared)
    if not options.quick:
        yield f"All {size} leaves were read; they give this root."
    yield "OK."


def _check_age(most: float | None, newest: SignedHead) -> None:
    """Raise LedgerMismatch when the newest head is older than `most` seconds.

    The platform signs a head at least every ten minutes. An older one means that the ledger is frozen, or that this
    verifier is shown an old state.
    """
    age = (datetime.now(UTC) - from_moment(newest.head.at)).total_seconds()
    if most is not None and age > most:
        raise LedgerMismatch(
            f"frozen: the newest head, of {newest.head.size} leaves, is {round(age)} s old;"
            f" at most {most:g} s are allowed"
        )


def _witnessed(
    platform: Platform, key: bytes, newest: SignedHead, cosigned: list[SignedHead], path: Path, public: bytes
) -> str:
    """Raise LedgerMismatch unless the witness has signed a head of the platform that the newest one continues."""
    good = [one for one in [newest, *cosigned] if one.signed_by(key) and one.witnessed_by(public)]
    if not good:
        raise LedgerMismatch(f"no head is signed by the witness of {path}")
    best = max(good, key=lambda one: one.head.size)
    check_continues(platform, best, newest, f"the head signed by the witness of {path}")
    return f"The witness of {path} has signed the first {best.head.size} leaves."


def _read_leaves(
    platform: Platform, newest: SignedHead, before: SignedHead | None, memory: Memory, suspicion: LedgerMismatch | None
) -> bytearray:
    """Read every leaf and compute the root; return the first KEPT_HEADS bytes of all leaf hashes.

    Raises LedgerMismatch with the first position whose leaf is missing, or differs from the remembered leaf or from the
    hash in the tree. A `suspicion` from an earlier check is raised at the end in any case.
    """
    tree, seen, remembered = GrowingTree(), bytearray(), memory.remembered()
    size = newest.head.size
    old_size = before.head.size if before else 0
    while tree.size < size:
        position = tree.size
        try:
            page = platform.leaves(position, min(position + PAGE, size))
        except EntryMissing:
            raise _bad(suspicion, position, "the platform does not give its leaf") from None
        for leaf, stored in page:
            position, old = tree.size, next(remembered, None)
            if leaf is None:
                raise _bad(suspicion, position, "its entry is gone" if stored else "its leaf is gone")
            found = leaf_hash(leaf.encode())
            if old is not None and old != found[:KEPT_HEADS]:
                raise _bad(suspicion, position, "its entry is not the one that was there before")
            if stored != found:
                what = "its leaf is gone" if stored is None else "its entry does not fit the hash in the tree"
                raise _bad(suspicion, position, what)
            tree.append(found)
            seen += found[:KEPT_HEADS]
            if before and tree.size == old_size and tree.root() != before.head.root:
                raise _bad(suspicion, None, f"the first {old_size} leaves do not give the remembered root")
    if suspicion is not None:
        if old_size > size:
            raise LedgerMismatch(str(suspicion), size)
        raise suspicion
    if tree.root() != newest.head.root:
        raise LedgerMismatch("the leaves do not give the root that was signed")
    return seen


def _bad(suspicion: LedgerMismatch | None, position: int | None, what: str) -> LedgerMismatch:
    where = what if position is None else f"at position {position} {what}"
    return LedgerMismatch(f"{suspicion}; {where}" if suspicion else where, position)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tongban.trust.ledger.verify",
        description="Check the public ledger of a platform. Exit code 0: it holds; 1: refused; 2: not checked;"
        " 3: restored from a backup, to be acknowledged.",
    )
    parser.add_argument("url", nargs="?", help="address of the platform, e.g. https://portal.example")
    parser.add_argument("--key", type=Path, help="public key of the platform (PEM) that you obtained independently")
    parser.add_argument("--state", type=Path, help="file that keeps the key, head and leaves between runs")
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], help="public key (PEM) of a witness that must have signed"
    )
    parser.add_argument("--accept-epoch", type=int, metavar="N", help=epochs.ACCEPT)
    parser.add_argument(
        "--quick", action="store_true", help="check signatures and consistency only, without reading leaves"
    )
    parser.add_argument(
        "--max-age", type=float, metavar="SECONDS", help="refuse if the newest head is older than this, e.g. 1800"
    )
    parser.add_argument(
        "--compare",
        type=Path,
        nargs=2,
        metavar=("A", "B"),
        help="compare the states of two verifiers; with URL, also ask the platform for a proof",
    )
    options = parser.parse_args(arguments)
    if options.url is None and options.compare is None:
        parser.error("give the address of the platform, or --compare A B")
    return options


if __name__ == "__main__":
    sys.exit(main())
