"""Epochs as verifiers and witnesses meet them: a restore from a backup that the platform has declared. No Django.

A restored ledger lacks what came after its backup. To whoever remembers more than the backup had, that looks like a
roll-back, and stays one unless the platform has signed for it: which epoch, since when, how many leaves are kept under
which root, and why. Such a declaration excuses nothing before the kept leaves, is never taken back (what was seen once
must be there for ever, and stands in the tree as the leaf behind those that are kept), and goes on only when the person
who runs this program says so.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongban.foundation.disk import write_atomically
from tongban.trust.ledger import keys
from tongban.trust.ledger.client import Platform, Refused, SignedHead, Unreachable, head_of
from tongban.trust.ledger.following import StateUnusable, check_continues
from tongban.trust.ledger.statements import EpochStatement, TreeHead, epoch_from

ACCEPT = "acknowledge the restore that opened this epoch, and go on without what it lost"
MOST_HEADS = 256
"""Heads that are remembered; of older ones every second is forgotten, again and again."""
MOST_TOLD = 20
"""Lost leaves that a message names; the file keeps all."""
TYPE = "ledger.EpochOpened"


class Restored(Exception):
    """The ledger was restored as declared, and that waits for somebody's acknowledgement."""


@dataclass(frozen=True)
class Declared:
    """A declaration as it was served."""

    epoch: EpochStatement
    signature: bytes

    def as_json(self) -> dict[str, Any]:
        return self.epoch.as_json() | {"signature": self.signature.hex()}


def _declared(answer: Any) -> Declared:
    return Declared(epoch_from(answer), bytes.fromhex(answer["signature"]))


@dataclass
class Past:
    """What is remembered beside the state, in the file STATE.epochs: the epoch of the last head, every declaration
    ever seen, and earlier heads."""

    path: Path | None
    epoch: int = 1
    declared: list[Declared] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    @classmethod
    def load(cls, state: Path | None) -> "Past":
        """StateUnusable when the file is there and cannot be read."""
        path = state and state.with_name(state.name + ".epochs")
        if path is None or not path.exists():
            return cls(path)
        try:
            kept = json.loads(path.read_text())
            declared = [_declared(one) for one in kept["declared"]]
            return cls(path, int(kept["epoch"]), declared, [head_of(one) for one in kept["heads"]])
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise StateUnusable(f"the file {path} cannot be read: {wrong!r}") from None

    def keep(self, declared: Sequence[Declared], head: SignedHead) -> None:
        """Remember a head that was found good, and all declarations; heads that an epoch overtook are forgotten."""
        kept = min((one.epoch.size for one in declared if one.epoch.number > self.epoch), default=head.head.size)
        heads = [one for one in self.heads if one.head.size <= kept]
        if not heads or heads[-1].head != head.head:
            heads.append(head)
        if len(heads) > MOST_HEADS:
            half = MOST_HEADS // 2
            heads = heads[:half:2] + heads[half:]
        self.heads, self.declared = heads, list(declared)
        self.epoch = declared[-1].epoch.number if declared else 1
        if self.path is not None:
            content = {
                "epoch": self.epoch,
                "declared": [one.as_json() for one in self.declared],
                "heads": [one.as_json() for one in self.heads],
            }
            write_atomically(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode())


@dataclass
class Lost:
    """What a declared restore took from whoever remembers `head`."""

    declared: Sequence[Declared]
    epoch: int
    """Of the remembered head."""
    head: SignedHead
    before: SignedHead | None
    """The largest remembered head of what is kept."""
    first: int
    """The first position that was lost."""
    compared: int = 0
    leaves: list[tuple[int, bytes, bool]] = field(default_factory=list)
    """(position, beginning of the hash, whether the same leaf stands in the new epoch too)."""

    @property
    def anything(self) -> bool:
        return self.head.head.size > self.first

    def account(self, remembered: Iterable[bytes], seen: bytes | bytearray, length: int) -> None:
        """Compare the remembered beginnings of leaf hashes with all that stand in the tree now."""
        late = {bytes(seen[at : at + length]) for at in range(self.first * length, len(seen), length)}
        for position, one in enumerate(remembered):
            if position >= self.first:
                self.leaves.append((position, one, one in late))
            elif seen:
                self.compared += 1

    def settle(self, accepted: int | None, past: Past) -> Iterator[str]:
        """Restored unless the newest epoch was acknowledged; else what is lost, kept as evidence in a file."""
        newest = self.declared[-1].epoch
        if accepted != newest.number:
            raise Restored("\n".join([*self._sentences(), f"To go on from there: --accept-epoch {newest.number}"]))
        if past.path is not None and self.anything:
            evidence = past.path.with_name(f"{past.path.name}.lost-{self.epoch}-{newest.number}")
            content = {
                "head": self.head.as_json(),
                "declared": [one.as_json() for one in self.declared],
                "leaves": [[position, one.hex(), again] for position, one, again in self.leaves],
            }
            write_atomically(evidence, json.dumps(content, ensure_ascii=False, indent=1).encode())
            yield f"What epoch {self.epoch} had and epoch {newest.number} has not is kept in {evidence}."
        yield f"Epoch {newest.number} is acknowledged."

    def _sentences(self) -> Iterator[str]:
        for one in self.declared:
            if one.epoch.number > self.epoch:
                yield _sentence(one.epoch)
        if not self.anything:
            yield f"Nothing that is remembered here was lost: {self.head.head.size} leaves, all kept."
            return
        yield (
            f"Entries {self.first} to {self.head.head.size - 1} of epoch {self.epoch}, which are remembered here, are"
            f" lost from the tree; the head over {self.head.head.size} leaves stays in the state file as proof that"
            " they were there."
        )
        proved = self.before.head.size if self.before else 0
        if max(proved, self.compared) >= self.first:
            yield f"The first {self.first} entries are as they are remembered here."
        else:
            yield (
                f"Of the {self.first} entries that were kept, {max(proved, self.compared)} are proved to be as they are"
                " remembered here; for the rest there is the declaration alone. Compare with another verifier's state."
            )
        for position, leaf, again in self.leaves[:MOST_TOLD]:
            yield f"  {position}: leaf {leaf.hex()}…" + (" (recorded again in the new epoch)" if again else " is lost")
        if len(self.leaves) > MOST_TOLD:
            yield f"  … and {len(self.leaves) - MOST_TOLD} more"


class Reader(Platform):
    """A platform whose leaves are looked at in passing: which of them declare an epoch."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._declaring: dict[int, str] = {}

    def leaves(self, start: int, end: int) -> list[tuple[str | None, bytes | None]]:
        found = super().leaves(start, end)
        for position, (leaf, _) in enumerate(found, start):
            if leaf is not None and (entry := _entry_declaring(leaf)):
                self._declaring[position] = entry
        return found

    def check_leaves(self, declared: Sequence[Declared], size: int) -> None:
        """Refused unless the leaves that declare an epoch, of the `size` that were read, are just those declared."""
        told = {one.epoch.size: one.epoch.entry for one in _standing(declared) if one.epoch.size < size}
        for position in sorted(told.keys() | self._declaring.keys()):
            if told.get(position) != self._declaring.get(position):
                raise Refused("the leaves of the tree declare other epochs than the platform shows", position)


def declarations(platform: Platform, key: bytes, past: Past) -> list[Declared]:
    """All that the platform has declared; Refused when one is not signed, missing, changed, or was taken back."""
    try:
        found = [_declared(one) for one in platform.epochs()]
    except (ValueError, KeyError, TypeError) as wrong:
        raise Unreachable(f"{platform.address} gave a declaration that cannot be understood: {wrong!r}") from None
    for number, one in enumerate(found, 2):
        if one.epoch.number != number:
            raise Refused(f"epoch {number} is not declared, but epoch {one.epoch.number} is")
        if not keys.verify(key, one.epoch.statement(), one.signature):
            raise Refused(f"the declaration of epoch {number} is not signed by the platform's key")
    for number, (before, now) in enumerate(zip(past.declared, [*found, *[None] * len(past.declared)], strict=False), 2):
        if now is None or now.epoch != before.epoch:
            raise Refused(f"the declaration of epoch {number} was taken back or changed")
    return found


def what_is_lost(
    past: Past, head: SignedHead | None, declared: Sequence[Declared], *, whatever: bool = False
) -> Lost | None:
    """What declarations that are new here took away; None when nothing is remembered that they took. `whatever`: a
    new declaration counts even so."""
    new = [one.epoch for one in declared if one.epoch.number > past.epoch]
    if head is None or not new:
        return None
    first = min(one.size for one in new)
    if head.head.size <= first:
        return Lost(declared, past.epoch, head, head, first) if whatever else None
    kept = [one for one in past.heads if one.head.size <= first]
    return Lost(declared, past.epoch, head, max(kept, key=lambda one: one.head.size, default=None), first)


def check_declared(platform: Platform, declared: Sequence[Declared], newest: SignedHead) -> None:
    """Refused unless the tree begins with what each declaration says was kept."""
    for one in _standing(declared):
        kept = SignedHead(TreeHead(one.epoch.size, one.epoch.root, one.epoch.at), b"")
        check_continues(platform, kept, newest, f"what epoch {one.epoch.number} declares as kept")


def told(declared: Sequence[Declared]) -> Iterator[str]:
    """One sentence for each epoch, in every report: that there were restores shall not be forgotten."""
    return (_sentence(one.epoch) for one in declared)


def _standing(declared: Sequence[Declared]) -> list[Declared]:
    """Those below which no later restore went: only their leaves are still in the tree."""
    return [
        one for at, one in enumerate(declared) if all(later.epoch.size > one.epoch.size for later in declared[at + 1 :])
    ]


def _sentence(one: EpochStatement) -> str:
    return (
        f"Epoch {one.number} was declared at {one.at} by {one.who}: restored from backup {one.backup},"
        f" the first {one.size} entries were kept (root {one.root.hex()}). Reason: {one.reason}"
    )


def _entry_declaring(leaf: str) -> str:
    """The entry of a leaf that declares an epoch, else nothing."""
    if f'"{TYPE}"' not in leaf:
        return ""
    try:
        parsed = json.loads(leaf)
        return str(parsed["id"]) if parsed["type"] == TYPE else ""
    except (ValueError, KeyError, TypeError):
        return ""
