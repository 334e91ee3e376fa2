"""The statements that are signed: the platform's tree heads and epochs, and witnesses' cosignatures. Pure.

The `…Json` types are the forms in which the public interface serves them and verifiers store them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NotRequired, TypedDict
from uuid import UUID


class CosignatureJson(TypedDict):
    """A witness's signature of a head; `signature` is hexadecimal."""

    witness: str
    at: str
    signature: str


class HeadJson(TypedDict):
    """A signed tree head; `root` and `signature` are hexadecimal."""

    size: int
    root: str
    at: str
    signature: str
    key_id: NotRequired[str]
    cosignatures: NotRequired[list[CosignatureJson]]


class EpochJson(TypedDict):
    """The declaration of an epoch; `root` is hexadecimal."""

    number: int
    size: int
    root: str
    at: str
    entry: str
    backup: str
    who: str
    reason: str


class SignedEpochJson(EpochJson):
    """A declaration with its signature, in hexadecimal."""

    signature: str


class ServedEpochJson(SignedEpochJson):
    """A signed declaration as the public interface serves it."""

    key_id: str


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree head (树头): the number of leaves, their root, and the moment at which the tree was in that state."""

    size: int
    root: bytes
    at: str
    """UTC with microseconds, in the form that `moment` writes."""

    def statement(self) -> bytes:
        """Return the bytes that the platform signs."""
        return f"tongban-ledger-head/1\n{self.size}\n{self.root.hex()}\n{self.at}\n".encode()

    def witnessed(self, name: str, at: str) -> bytes:
        """Return the bytes that the witness called `name` signs; `at` is the witness's own time."""
        return f"tongban-ledger-cosignature/1\n{name}\n{at}\n".encode() + self.statement()


@dataclass(frozen=True, slots=True)
class EpochStatement:
    """The declaration of an epoch (恢复声明): the ledger was restored from a backup and lost its later entries."""

    number: int
    """2 for the first restore. Epoch 1 is never declared."""
    size: int
    """How many leaves of the previous epoch are kept."""
    root: bytes
    """The root over the kept leaves."""
    at: str
    entry: str
    """The id of the entry that records the declaration, which is the first leaf after the kept ones."""
    backup: str
    who: str
    reason: str

    def statement(self) -> bytes:
        """Return the bytes that the platform signs. Texts are JSON-encoded so that none can span two lines."""
        texts = "".join(f"{json.dumps(text)}\n" for text in (self.entry, self.backup, self.who, self.reason))
        return f"tongban-ledger-epoch/1\n{self.number}\n{self.size}\n{self.root.hex()}\n{self.at}\n{texts}".encode()

    def as_json(self) -> EpochJson:
        """Return the declaration as the public interface serves it; `epoch_from` reads it back."""
        return {
            "number": self.number, "size": self.size, "root": self.root.hex(), "at": self.at, "entry": self.entry,
            "backup": self.backup, "who": self.who, "reason": self.reason,
        }  # fmt: skip


def moment(at: datetime) -> str:
    """Format a moment in UTC with microseconds, e.g. `2026-11-25T01:02:03.000004Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_moment(text: str) -> datetime:
    """Parse the output of `moment`. Raises ValueError when the text has another form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def epoch_from(answer: Mapping[str, object]) -> EpochStatement:
    """Parse a declaration from untrusted JSON. Raises ValueError, KeyError or TypeError when it is malformed."""
    number, size, root = answer["number"], answer["size"], bytes.fromhex(text_in(answer, "root"))
    if type(number) is not int or type(size) is not int or number < 2 or size < 1 or len(root) != 32:
        raise ValueError("not the declaration of an epoch")
    at = text_in(answer, "at")
    from_moment(at)
    entry, backup, who, reason = (text_in(answer, name) for name in ("entry", "backup", "who", "reason"))
    UUID(entry)
    return EpochStatement(number, size, root, at, entry, backup, who, reason)


def text_in(answer: Mapping[str, object], name: str) -> str:
    """Return a text of a JSON object. Raises KeyError or TypeError when it is missing or not a text."""
    found = answer[name]
    if not isinstance(found, str):
        raise TypeError(f"{name} is not a text")
    return found


def objects_in(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return a list of objects of a JSON object. Raises KeyError or TypeError when it is missing or malformed."""
    found = answer[name]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TypeError(f"{name} is not a list of objects")
    return found
