"""A witness: `python -m tongban.trust.ledger.witness URL --key FILE --state FILE --name NAME`. No Django.

A bureau runs the witness on its own machine. The witness remembers the last head, signs only heads that continue it,
and submits its signature to the platform. It never signs two contradicting trees. Exit codes:

1: a roll-back or fork; the state file keeps the head that proves it.
2: the platform could not be asked.
3: the ledger was restored from a backup; nothing is signed until the operator acknowledges that (see `epochs`).
"""

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from tongban.foundation.disk import write_atomically
from tongban.trust.ledger import epochs, keys
from tongban.trust.ledger.client import LedgerMismatch, Platform, Unreachable
from tongban.trust.ledger.following import (
    State,
    StateUnusable,
    check_continues,
    newest_head,
    trusted_key,
)
from tongban.trust.ledger.statements import moment


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while True:
        try:
            print(witness_once(options), flush=True)
        except LedgerMismatch as refused:
            print(f"REFUSED, nothing was signed: {refused}.", file=sys.stderr)
            return 1
        except epochs.RestoreNotAcknowledged as restored:
            print(f"RESTORED, nothing was signed: {restored}", file=sys.stderr)
            return 3
        except Unreachable as lost:
            print(f"NOT SIGNED: {lost}.", file=sys.stderr, flush=True)
            if options.every is None:
                return 2
        except (StateUnusable, keys.NotAKey, OSError) as wrong:
            print(f"NOT SIGNED: {wrong}.", file=sys.stderr)
            return 2
        if options.every is None or stop.wait(options.every):
            return 0


def witness_once(options: argparse.Namespace) -> str:
    """Check the newest head, cosign it, and return a sentence about what was done.

    Raises LedgerMismatch, epochs.RestoreNotAcknowledged, Unreachable, StateUnusable or keys.NotAKey.
    """
    pair = keys.own_pair(options.key)
    public = options.key.with_name(options.key.name + ".pub")
    if not public.exists():
        write_atomically(public, keys.public_pem(pair.public).encode())
    platform, state = Platform(options.url), State.load(options.state)
    key = trusted_key(platform, state, options.platform_key)
    newest, _ = newest_head(platform, state, key)
    past = epochs.EpochHistory.load(options.state)
    declared = epochs.declarations(platform, key, past)
    lost = epochs.losses_of_restore(past, state.head, declared, always=True)
    before = lost.before if lost else state.head
    if before is not None:
        check_continues(platform, before, newest, "the head signed last")
    epochs.check_declared(platform, declared, newest)
    for sentence in lost.acknowledge(options.accept_epoch, past) if lost else ():
        print(sentence, flush=True)
    past.keep(declared, newest)
    if newest.witnessed_by(pair.public):
        state.keep(key, newest)
        return f"The head of {newest.head.size} leaves is signed already."
    # Remember the head before signing it, so that no older head is signed after a crash.
    state.keep(key, newest)
    at = moment(datetime.now(UTC))
    platform.cosign(options.name, newest.head, at, pair.sign(newest.head.witnessed(options.name, at)))
    return f"Signed the head of {newest.head.size} leaves, root {newest.head.root.hex()}."


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tongban.trust.ledger.witness",
        description="Sign the tree heads of a platform as long as each continues the last. The platform registers the"
        " public key FILE.pub: manage.py ledger witness add NAME FILE.pub --reason …",
    )
    parser.add_argument("url")
    parser.add_argument("--key", type=Path, required=True, help="the witness's SM2 key, created at the first run")
    parser.add_argument("--state", type=Path, required=True, help="file that keeps the platform's key and head")
    parser.add_argument("--name", required=True, help="name under which the witness is registered")
    parser.add_argument("--platform-key", type=Path, help="the platform's public key (PEM); else pinned at first use")
    parser.add_argument("--accept-epoch", type=int, metavar="N", help=epochs.ACCEPT)
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--once", action="store_true", help="one round (the default)")
    again.add_argument("--every", type=float, metavar="SECONDS", help="repeat until stopped")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
