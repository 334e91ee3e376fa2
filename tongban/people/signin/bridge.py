"""A program that plays the device bridge of a document reader: it signs as a real one does. No Django.

    python -m tongban.people.signin.bridge --key FILE --reader ID --nonce NONCE --number NUMBER --name NAME

prints the receipt that the clerk pastes into the page. A real bridge gets number and name from the chip, after the
device has compared faces. This one takes them as arguments, so its key is registered as a simulator, which production
refuses.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from tongban.people.signin import statements
from tongban.trust.ledger import keys

KEY = "reader-simulator.pem"
"""In the data folder: the simulator's key of a development start."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tongban.people.signin.bridge")
    parser.add_argument("--key", type=Path, required=True, help="the bridge's SM2 key, made at the first run")
    parser.add_argument("--public", action="store_true", help="print the public key to register, and stop")
    for name in ("reader", "nonce", "number", "name"):
        parser.add_argument(f"--{name}", default="")
    options = parser.parse_args(arguments)
    try:
        pair = keys.own_pair(options.key)
    except (keys.NotAKey, OSError) as wrong:
        print(f"NOT SIGNED: {wrong}.", file=sys.stderr)
        return 2
    if options.public:
        print(keys.public_pem(pair.public), end="")
        return 0
    said = {name: getattr(options, name) for name in ("reader", "nonce", "number", "name")}
    print(statements.make(pair, **said, at=datetime.now(UTC)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
