"""What is signed: a tree head and an epoch by the platform, and a witness's word for a head. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree head (树头): how many leaves there are, the root over them, and when that was so."""

    size: int
    root: bytes
    at: str
    """UTC with microseconds, as `moment` writes it."""

    def statement(self) -> bytes:
        """The bytes that the platform signs."""
        return f"tongban-ledger-head/1\n{self.size}\n{self.root.hex()}\n{self.at}\n".encode()

    def witnessed(self, name: str, at: str) -> bytes:
        """The bytes that the witness of this name signs at a moment of its own."""
        return f"tongban-ledger-cosignature/1\n{name}\n{at}\n".encode() + self.statement()


@dataclass(frozen=True, slots=True)
class EpochStatement:
    """The declaration of an epoch (恢复声明): the ledger was restored from a backup, and what followed is lost."""

    number: int
    """2 for the first restore: epoch 1 is the one that nobody declares."""
    size: int
    """How many leaves of the epoch before are kept."""
    root: bytes
    """The root over them."""
    at: str
    entry: str
    """The entry that records the declaration. It is the first leaf after those that are kept."""
    backup: str
    who: str
    reason: str

    def statement(self) -> bytes:
        """The bytes that the platform signs; texts as JSON, so that none of them reaches into the next line."""
        texts = "".join(f"{json.dumps(text)}\n" for text in (self.entry, self.backup, self.who, self.reason))
        return f"tongban-ledger-epoch/1\n{self.number}\n{self.size}\n{self.root.hex()}\n{self.at}\n{texts}".encode()

    def as_json(self) -> dict[str, Any]:
        """As the public interface gives it, and verifiers keep it; `epoch_from` reads it."""
        return {
            "number": self.number, "size": self.size, "root": self.root.hex(), "at": self.at, "entry": self.entry,
            "backup": self.backup, "who": self.who, "reason": self.reason,
        }  # fmt: skip


def moment(at: datetime) -> str:
    """`2026-11-25T01:02:03.000004Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_moment(text: str) -> datetime:
    """The inverse; ValueError when the text has another form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def epoch_from(answer: Any) -> EpochStatement:
    """A declaration out of that JSON; ValueError, KeyError or TypeError when it is none."""
    number, size, root = answer["number"], answer["size"], bytes.fromhex(answer["root"])
    if type(number) is not int or type(size) is not int or number < 2 or size < 1 or len(root) != 32:
        raise ValueError("not the declaration of an epoch")
    from_moment(answer["at"])
    UUID(answer["entry"])
    texts = [answer[name] for name in ("entry", "backup", "who", "reason")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text of a declaration is none")
    return EpochStatement(number, size, root, answer["at"], *texts)
