"""How the verifier and the witness ask a platform. No Django, no database; nothing that is answered is believed.

Both run on other people's machines with Python's standard library and nothing else, so this does not use the client of
the platform (`foundation.outbound`).
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tongban.trust.ledger import keys
from tongban.trust.ledger.statements import TreeHead, from_moment

PATIENCE = 30
"""Seconds for one answer."""
LARGEST = 16 * 1024 * 1024
"""Bytes of one answer: a page of leaves is below 1 MB."""


class Unreachable(Exception):
    """The platform could not be asked, or did not answer in a form that can be understood. Nothing is proved."""


class Absent(Unreachable):
    """The platform does not know this address: it is older than what is asked for."""


class Refused(Exception):
    """What the platform shows is not what it signed or showed before. The message says what, and where if known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message)


@dataclass(frozen=True)
class Cosigned:
    """A witness's signature as it was served."""

    witness: str
    at: str
    signature: bytes


@dataclass(frozen=True)
class SignedHead:
    head: TreeHead
    signature: bytes
    cosignatures: tuple[Cosigned, ...] = ()

    def signed_by(self, key: bytes) -> bool:
        return keys.verify(key, self.head.statement(), self.signature)

    def witnessed_by(self, key: bytes) -> bool:
        return any(keys.verify(key, self.head.witnessed(c.witness, c.at), c.signature) for c in self.cosignatures)

    def as_json(self) -> dict[str, Any]:
        """For a state file."""
        return {
            "size": self.head.size,
            "root": self.head.root.hex(),
            "at": self.head.at,
            "signature": self.signature.hex(),
        }


def head_of(answer: Any) -> SignedHead:
    """A head as the interface or a state file has it; ValueError, KeyError or TypeError when it is none."""
    size, root = answer["size"], bytes.fromhex(answer["root"])
    if type(size) is not int or size <= 0 or len(root) != 32:
        raise ValueError("a head needs a positive size and a root of 32 bytes")
    from_moment(answer["at"])
    given = tuple(
        Cosigned(str(c["witness"]), str(c["at"]), bytes.fromhex(c["signature"])) for c in answer.get("cosignatures", [])
    )
    return SignedHead(TreeHead(size, root, answer["at"]), bytes.fromhex(answer["signature"]), given)


class Platform:
    """One platform's public interface."""

    def __init__(self, address: str) -> None:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise Unreachable(f"{address} is not an address: write it with http:// or https://")
        self.address = address.rstrip("/")

    def key(self) -> bytes:
        text = self._ask("/ledger/key")
        try:
            return keys.read_public(text.decode("ascii", "replace"))
        except keys.NotAKey as wrong:
            raise Unreachable(f"{self.address}/ledger/key gave no key: {wrong}") from None

    def heads(self) -> tuple[SignedHead | None, list[SignedHead]]:
        """The newest head (None when the platform says that it has none), and the newest that each witness signed."""
        try:
            answer = self._get("/ledger/head")
        except NotThere:
            return None, []
        return self._read(lambda: (head_of(answer), [head_of(one) for one in answer.get("cosigned", [])]))

    def epochs(self) -> list[Any]:
        """Every declaration of a restore as it is served; none of a platform that knows no epochs."""
        try:
            answer = self._get("/ledger/epochs")
        except Absent:
            return []
        found: list[Any] = self._read(lambda: list(answer["epochs"]))
        return found

    def consistency(self, first: int, second: int) -> list[bytes]:
        answer = self._get("/ledger/proof/consistency", **{"from": first, "to": second})
        return self._read(lambda: [bytes.fromhex(one) for one in answer["path"]])

    def inclusion(self, position: int, size: int) -> tuple[bytes, list[bytes]]:
        """(leaf hash, path)."""
        answer = self._get("/ledger/proof/inclusion", position=position, size=size)
        return self._read(lambda: (bytes.fromhex(answer["leaf_hash"]), [bytes.fromhex(one) for one in answer["path"]]))

    def leaves(self, start: int, end: int) -> list[tuple[str | None, bytes | None]]:
        """(leaf, hash) of some positions from `start` on, at least one; None for what is missing there."""
        answer = self._get("/ledger/entries", start=start, end=end)

        def read() -> list[tuple[str | None, bytes | None]]:
            found = []
            for number, one in enumerate(answer["leaves"]):
                if one["position"] != start + number:
                    raise ValueError("positions are not in order")
                leaf, digest = one["leaf"], one["hash"]
                if leaf is not None and not isinstance(leaf, str):
                    raise TypeError("a leaf is not a text")
                found.append((leaf, None if digest is None else bytes.fromhex(digest)))
            if not 0 < len(found) <= end - start:
                raise ValueError("not the leaves that were asked for")
            return found

        return self._read(read)

    def cosign(self, name: str, head: TreeHead, at: str, signature: bytes) -> None:
        """Hand in a cosignature."""
        sent = {"witness": name, "size": head.size, "root": head.root.hex(), "at": at, "signature": signature.hex()}
        self._ask("/ledger/cosignatures", json.dumps(sent).encode())

    def _get(self, path: str, **parameters: int) -> Any:
        content = self._ask(f"{path}?{urlencode(parameters)}" if parameters else path)
        return self._read(lambda: json.loads(content))

    def _read(self, read: Any) -> Any:
        try:
            return read()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
            raise Unreachable(f"{self.address} gave an answer that cannot be understood: {wrong!r}") from None

    def _ask(self, path: str, body: bytes | None = None, tries: int = 5) -> bytes:
        """The answer; a platform that asks for patience gets it, some times."""
        request = urllib.request.Request(
            self.address + path, data=body, headers={"Content-Type": "application/json"} if body else {}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                content: bytes = answer.read(LARGEST + 1)
        except urllib.error.HTTPError as error:
            if error.code == 429 and tries > 1:
                asked = error.headers.get("Retry-After", "")
                time.sleep(min(int(asked), 60) if asked.isdecimal() else 1)
                return self._ask(path, body, tries - 1)
            raise _as_problem(self.address + path, error) from None
        except (OSError, ValueError, http.client.HTTPException) as lost:
            raise Unreachable(f"{self.address} does not answer: {getattr(lost, 'reason', lost)}") from None
        if len(content) > LARGEST:
            raise Unreachable(f"{self.address}{path} answers with more than {LARGEST} bytes")
        return content


class NotThere(Refused):
    """The platform says that it has not what is asked for."""


def _as_problem(address: str, error: urllib.error.HTTPError) -> Exception:
    try:
        problem = json.loads(error.read(65536))
        code = str(problem["type"]).rpartition(":")[2]
    except (OSError, ValueError, KeyError, TypeError):
        return (Absent if error.code == 404 else Unreachable)(f"{address} answers {error.code}")
    if code == "tree-broken":
        return Refused("the platform says itself that leaves or nodes of its tree are missing")
    if code in {"no-such-proof", "no-head-yet"}:
        return NotThere(f"the platform has nothing at {address}")
    if code == "cosignature-refused":
        return Unreachable("the platform does not accept the signature: is this witness registered under this name?")
    return Unreachable(f"{address} answers {error.code} ({code})")
