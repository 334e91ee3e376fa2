"""What is signed: a tree head by the platform, and a witness's word for it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime


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


def moment(at: datetime) -> str:
    """`2026-11-25T01:02:03.000004Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_moment(text: str) -> datetime:
    """The inverse; ValueError when the text has another form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
