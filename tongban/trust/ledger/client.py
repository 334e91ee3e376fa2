"""HTTP client of the verifier and the witness. No Django, no database; no answer is trusted before it is checked.

Both programs run on other people's machines with nothing but Python's standard library. That is why this module does
not use the platform's own client (`foundation.outbound`).
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from tongban.trust.ledger import keys
from tongban.trust.ledger.statements import HeadJson, TreeHead, from_moment, objects_in, text_in

Result = TypeVar("Result")
TIMEOUT = 30
"""Timeout of one request, in seconds."""
MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""Maximum size of one answer, in bytes. A page of leaves is below 1 MB."""


class Unreachable(Exception):
    """The platform did not answer, or its answer could not be parsed. Nothing is proved either way."""


class EndpointMissing(Unreachable):
    """The platform has no such endpoint, because its version is older than the endpoint."""


class LedgerMismatch(Exception):
    """The platform shows something other than what it signed or showed before.

    The message says what differs; `position` is the first affected position, if known.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message)


@dataclass(frozen=True)
class ServedCosignature:
    """A witness's signature as served by the platform; not verified yet."""

    witness: str
    at: str
    signature: bytes


@dataclass(frozen=True)
class SignedHead:
    """A tree head with the signatures that were served with it; none is verified yet."""

    head: TreeHead
    signature: bytes
    cosignatures: tuple[ServedCosignature, ...] = ()

    def signed_by(self, key: bytes) -> bool:
        return keys.verify(key, self.head.statement(), self.signature)

    def witnessed_by(self, key: bytes) -> bool:
        return any(keys.verify(key, self.head.witnessed(c.witness, c.at), c.signature) for c in self.cosignatures)

    def as_json(self) -> HeadJson:
        """Return the head without its cosignatures, as a state file stores it."""
        return {
            "size": self.head.size,
            "root": self.head.root.hex(),
            "at": self.head.at,
            "signature": self.signature.hex(),
        }


def head_of(answer: Mapping[str, object]) -> SignedHead:
    """Parse a head from the interface or a state file. Raises ValueError, KeyError or TypeError when malformed."""
    size, root, at = answer["size"], bytes.fromhex(text_in(answer, "root")), text_in(answer, "at")
    if type(size) is not int or size <= 0 or len(root) != 32:
        raise ValueError("a head needs a positive size and a root of 32 bytes")
    from_moment(at)
    cosignatures = tuple(
        ServedCosignature(str(c["witness"]), str(c["at"]), bytes.fromhex(text_in(c, "signature")))
        for c in (objects_in(answer, "cosignatures") if "cosignatures" in answer else ())
    )
    return SignedHead(TreeHead(size, root, at), bytes.fromhex(text_in(answer, "signature")), cosignatures)


class Platform:
    """The public ledger interface of one platform.

    Every method raises Unreachable when the platform cannot be asked or its answer cannot be parsed.
    """

    def __init__(self, address: str) -> None:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise Unreachable(f"{address} is not an address: write it with http:// or https://")
        self.address = address.rstrip("/")

    def key(self) -> bytes:
        """Return the public key that the platform shows, 65 bytes."""
        text = self._ask("/ledger/key")
        try:
            return keys.read_public(text.decode("ascii", "replace"))
        except keys.NotAKey as wrong:
            raise Unreachable(f"{self.address}/ledger/key gave no key: {wrong}") from None

    def heads(self) -> tuple[SignedHead | None, list[SignedHead]]:
        """Return the newest head (None when the platform has none) and each witness's newest cosigned head."""

        def read(answer: Mapping[str, object]) -> tuple[SignedHead | None, list[SignedHead]]:
            cosigned = objects_in(answer, "cosigned") if "cosigned" in answer else []
            return head_of(answer), [head_of(one) for one in cosigned]

        try:
            return self._get("/ledger/head", read)
        except EntryMissing:
            return None, []

    def epochs(self) -> list[Mapping[str, object]]:
        """Return every declaration of a restore as served; empty for a platform too old to have epochs."""
        try:
            return self._get("/ledger/epochs", lambda answer: objects_in(answer, "epochs"))
        except EndpointMissing:
            return []

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the consistency proof between trees of two sizes (RFC 9162 §2.1.4), not verified."""
        return self._get("/ledger/proof/consistency", _proof_path, **{"from": first, "to": second})

    def inclusion(self, position: int, size: int) -> tuple[bytes, list[bytes]]:
        """Return a leaf's hash and its inclusion proof (RFC 9162 §2.1.3), not verified."""
        return self._get(
            "/ledger/proof/inclusion",
            lambda answer: (bytes.fromhex(text_in(answer, "leaf_hash")), _proof_path(answer)),
            position=position,
            size=size,
        )

    def leaves(self, start: int, end: int) -> list[tuple[str | None, bytes | None]]:
        """Return (leaf, stored hash) of consecutive positions from `start`, at least one and none beyond `end`.

        A part is None where it is missing in the platform's database.
        """

        def read(answer: Mapping[str, object]) -> list[tuple[str | None, bytes | None]]:
            found: list[tuple[str | None, bytes | None]] = []
            for number, one in enumerate(objects_in(answer, "leaves")):
                if one["position"] != start + number:
                    raise ValueError("positions are not in order")
                leaf = None if one["leaf"] is None else text_in(one, "leaf")
                digest = None if one["hash"] is None else bytes.fromhex(text_in(one, "hash"))
                found.append((leaf, digest))
            if not 0 < len(found) <= end - start:
                raise ValueError("not the leaves that were asked for")
            return found

        return self._get("/ledger/entries", read, start=start, end=end)

    def cosign(self, name: str, head: TreeHead, at: str, signature: bytes) -> None:
        """Submit a cosignature."""
        sent = {"witness": name, "size": head.size, "root": head.root.hex(), "at": at, "signature": signature.hex()}
        self._ask("/ledger/cosignatures", json.dumps(sent).encode())

    def _get(self, path: str, read: Callable[[Mapping[str, object]], Result], **parameters: int) -> Result:
        content = self._ask(f"{path}?{urlencode(parameters)}" if parameters else path)
        try:
            return read(json.loads(content))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
            raise Unreachable(f"{self.address} gave an answer that cannot be understood: {wrong!r}") from None

    def _ask(self, path: str, body: bytes | None = None, tries: int = 5) -> bytes:
        """Return the body of the answer. A 429 is retried after the time that the platform asks for."""
        request = urllib.request.Request(
            self.address + path, data=body, headers={"Content-Type": "application/json"} if body else {}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                content: bytes = answer.read(MAX_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == 429 and tries > 1:
                asked = error.headers.get("Retry-After", "")
                time.sleep(min(int(asked), 60) if asked.isdecimal() else 1)
                return self._ask(path, body, tries - 1)
            raise _as_problem(self.address + path, error) from None
        except (OSError, ValueError, http.client.HTTPException) as lost:
            raise Unreachable(f"{self.address} does not answer: {getattr(lost, 'reason', lost)}") from None
        if len(content) > MAX_ANSWER_BYTES:
            raise Unreachable(f"{self.address}{path} answers with more than {MAX_ANSWER_BYTES} bytes")
        return content


class EntryMissing(LedgerMismatch):
    """The platform answers that it does not have the requested head, leaf or proof."""


def _proof_path(answer: Mapping[str, object]) -> list[bytes]:
    path = answer["path"]
    if not isinstance(path, list):
        raise TypeError("a path is not a list")
    return [bytes.fromhex(one) for one in path]


def _as_problem(address: str, error: urllib.error.HTTPError) -> Exception:
    try:
        problem = json.loads(error.read(65536))
        code = str(problem["type"]).rpartition(":")[2]
    except (OSError, ValueError, KeyError, TypeError):
        return (EndpointMissing if error.code == 404 else Unreachable)(f"{address} answers {error.code}")
    if code == "tree-broken":
        return LedgerMismatch("the platform says itself that leaves or nodes of its tree are missing")
    if code in {"no-such-proof", "no-head-yet"}:
        return EntryMissing(f"the platform has nothing at {address}")
    if code == "cosignature-refused":
        return Unreachable("the platform does not accept the signature: is this witness registered under this name?")
    return Unreachable(f"{address} answers {error.code} ({code})")
