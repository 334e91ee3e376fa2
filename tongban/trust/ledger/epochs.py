"""Declared restores (epochs) as verifiers and witnesses see them. No Django.

A restored ledger lacks the entries that came after its backup. To a verifier who remembers more than the backup holds,
that looks like a roll-back, and it counts as one unless the platform has signed a declaration: which epoch, since when,
how many leaves are kept under which root, and why.

- A declaration excuses no change to the kept leaves.
- It is permanent: once seen, it must always be served, and it is recorded as the first leaf after the kept ones.
- The verifier or witness continues only after the person who runs it has acknowledged the epoch.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tongban.foundation.disk import write_atomically
from tongban.trust.ledger import keys
from tongban.trust.ledger.client import LedgerMismatch, Platform, SignedHead, Unreachable, head_of
from tongban.trust.ledger.following import StateUnusable, check_continues
from tongban.trust.ledger.statements import EpochStatement, SignedEpochJson, TreeHead, epoch_from, text_in

ACCEPT = "acknowledge the restore that opened this epoch, and continue without what it lost"
MAX_HEADS = 256
"""Maximum number of remembered heads. Above it, every second head of the older half is dropped."""
MAX_LISTED = 20
"""Lost leaves that a message lists; the evidence file keeps all of them."""
TYPE = "ledger.EpochOpened"


class RestoreNotAcknowledged(Exception):
    """The ledger was restored as declared, and the person who runs this program has not acknowledged it yet."""


@dataclass(frozen=True)
class ServedDeclaration:
    """A declaration as served by the platform, with its signature."""

    epoch: EpochStatement
    signature: bytes

    def as_json(self) -> SignedEpochJson:
        return {**self.epoch.as_json(), "signature": self.signature.hex()}


def _read_declaration(answer: Mapping[str, object]) -> ServedDeclaration:
    return ServedDeclaration(epoch_from(answer), bytes.fromhex(text_in(answer, "signature")))


@dataclass
class EpochHistory:
    """What the file STATE.epochs holds: the epoch of the last head, every declaration ever seen, and earlier heads."""

    path: Path | None
    epoch: int = 1
    declared: list[ServedDeclaration] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    @classmethod
    def load(cls, state: Path | None) -> "EpochHistory":
        """Read the file beside a state file. Raises StateUnusable when it exists but cannot be read."""
        path = state and state.with_name(state.name + ".epochs")
        if path is None or not path.exists():
            return cls(path)
        try:
            kept = json.loads(path.read_text())
            declared = [_read_declaration(one) for one in kept["declared"]]
            return cls(path, int(kept["epoch"]), declared, [head_of(one) for one in kept["heads"]])
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise StateUnusable(f"the file {path} cannot be read: {wrong!r}") from None

    def keep(self, declared: Sequence[ServedDeclaration], head: SignedHead) -> None:
        """Remember a verified head and all declarations. Heads that a restore went back behind are dropped."""
        kept = min((one.epoch.size for one in declared if one.epoch.number > self.epoch), default=head.head.size)
        heads = [one for one in self.heads if one.head.size <= kept]
        if not heads or heads[-1].head != head.head:
            heads.append(head)
        if len(heads) > MAX_HEADS:
            half = MAX_HEADS // 2
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
class LostLeaves:
    """The leaves that a verifier who remembers `head` lost through declared restores."""

    declared: Sequence[ServedDeclaration]
    epoch: int
    """The epoch of the remembered head."""
    head: SignedHead
    before: SignedHead | None
    """The largest remembered head that the restore kept."""
    first: int
    """The first lost position."""
    compared: int = 0
    """How many kept leaves were compared with what is remembered."""
    leaves: list[tuple[int, bytes, bool]] = field(default_factory=list)
    """(position, first bytes of the hash, whether the new epoch contains the same leaf)."""

    @property
    def has_leaves(self) -> bool:
        return self.head.head.size > self.first

    def compare_with(self, remembered: Iterable[bytes], seen: bytes | bytearray, length: int) -> None:
        """Compare remembered leaf hashes with the leaves of the new tree.

        Both hold the first `length` bytes of each hash.
        """
        late = {bytes(seen[at : at + length]) for at in range(self.first * length, len(seen), length)}
        for position, one in enumerate(remembered):
            if position >= self.first:
                self.leaves.append((position, one, one in late))
            elif seen:
                self.compared += 1

    def acknowledge(self, accepted: int | None, past: EpochHistory) -> Iterator[str]:
        """Store what is lost as evidence in a file, and yield sentences about it.

        Raises RestoreNotAcknowledged unless `accepted` is the number of the newest epoch.
        """
        newest = self.declared[-1].epoch
        if accepted != newest.number:
            raise RestoreNotAcknowledged(
                "\n".join([*self._sentences(), f"To continue from there: --accept-epoch {newest.number}"])
            )
        if past.path is not None and self.has_leaves:
            evidence = past.path.with_name(f"{past.path.name}.lost-{self.epoch}-{newest.number}")
            content = {
                "head": self.head.as_json(),
                "declared": [one.as_json() for one in self.declared],
                "leaves": [[position, one.hex(), again] for position, one, again in self.leaves],
            }
            write_atomically(evidence, json.dumps(content, ensure_ascii=False, indent=1).encode())
            yield f"What epoch {self.epoch} had and epoch {newest.number} lacks is kept in {evidence}."
        yield f"Epoch {newest.number} is acknowledged."

    def _sentences(self) -> Iterator[str]:
        for one in self.declared:
            if one.epoch.number > self.epoch:
                yield _sentence(one.epoch)
        if not self.has_leaves:
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
        for position, leaf, again in self.leaves[:MAX_LISTED]:
            yield f"  {position}: leaf {leaf.hex()}…" + (" (recorded again in the new epoch)" if again else " is lost")
        if len(self.leaves) > MAX_LISTED:
            yield f"  … and {len(self.leaves) - MAX_LISTED} more"


class Reader(Platform):
    """A platform client that notes which of the leaves that it reads declare an epoch."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._declaring: dict[int, str] = {}

    def leaves(self, start: int, end: int) -> list[tuple[str | None, bytes | None]]:
        found = super().leaves(start, end)
        for position, (leaf, _) in enumerate(found, start):
            if leaf is not None and (entry := _entry_declaring(leaf)):
                self._declaring[position] = entry
        return found

    def check_leaves(self, declared: Sequence[ServedDeclaration], size: int) -> None:
        """Check the first `size` leaves, which were read before, against the declarations.

        Raises LedgerMismatch unless exactly the declared epochs have a leaf that declares them.
        """
        expected = {one.epoch.size: one.epoch.entry for one in _still_in_tree(declared) if one.epoch.size < size}
        for position in sorted(expected.keys() | self._declaring.keys()):
            if expected.get(position) != self._declaring.get(position):
                raise LedgerMismatch("the leaves of the tree declare other epochs than the platform shows", position)


def declarations(platform: Platform, key: bytes, past: EpochHistory) -> list[ServedDeclaration]:
    """Fetch and verify all declarations of the platform.

    Raises LedgerMismatch when one is unsigned, missing, changed or withdrawn.
    """
    try:
        found = [_read_declaration(one) for one in platform.epochs()]
    except (ValueError, KeyError, TypeError) as wrong:
        raise Unreachable(f"{platform.address} gave a declaration that cannot be understood: {wrong!r}") from None
    for number, one in enumerate(found, 2):
        if one.epoch.number != number:
            raise LedgerMismatch(f"epoch {number} is not declared, but epoch {one.epoch.number} is")
        if not keys.verify(key, one.epoch.statement(), one.signature):
            raise LedgerMismatch(f"the declaration of epoch {number} is not signed by the platform's key")
    for number, (before, now) in enumerate(zip(past.declared, [*found, *[None] * len(past.declared)], strict=False), 2):
        if now is None or now.epoch != before.epoch:
            raise LedgerMismatch(f"the declaration of epoch {number} was taken back or changed")
    return found


def losses_of_restore(
    past: EpochHistory, head: SignedHead | None, declared: Sequence[ServedDeclaration], *, always: bool = False
) -> LostLeaves | None:
    """Return what newly seen declarations took from the remembered history; None when they took nothing.

    With `always`, a new declaration gives a result even if it took nothing that is remembered.
    """
    new = [one.epoch for one in declared if one.epoch.number > past.epoch]
    if head is None or not new:
        return None
    first = min(one.size for one in new)
    if head.head.size <= first:
        return LostLeaves(declared, past.epoch, head, head, first) if always else None
    kept = [one for one in past.heads if one.head.size <= first]
    return LostLeaves(declared, past.epoch, head, max(kept, key=lambda one: one.head.size, default=None), first)


def check_declared(platform: Platform, declared: Sequence[ServedDeclaration], newest: SignedHead) -> None:
    """Raise LedgerMismatch unless the tree begins with the leaves that each declaration says were kept."""
    for one in _still_in_tree(declared):
        kept = SignedHead(TreeHead(one.epoch.size, one.epoch.root, one.epoch.at), b"")
        check_continues(platform, kept, newest, f"what epoch {one.epoch.number} declares as kept")


def describe_declarations(declared: Sequence[ServedDeclaration]) -> Iterator[str]:
    """Yield one sentence for each epoch. Every report contains them, so that no restore is forgotten."""
    return (_sentence(one.epoch) for one in declared)


def _still_in_tree(declared: Sequence[ServedDeclaration]) -> list[ServedDeclaration]:
    """Return the declarations whose own leaf is still in the tree: no later restore went back behind it."""
    return [
        one for at, one in enumerate(declared) if all(later.epoch.size > one.epoch.size for later in declared[at + 1 :])
    ]


def _sentence(one: EpochStatement) -> str:
    return (
        f"Epoch {one.number} was declared at {one.at} by {one.who}: restored from backup {one.backup},"
        f" the first {one.size} entries were kept (root {one.root.hex()}). Reason: {one.reason}"
    )


def _entry_declaring(leaf: str) -> str:
    """Return the entry id of a leaf that declares an epoch; empty for any other leaf."""
    if f'"{TYPE}"' not in leaf:
        return ""
    try:
        parsed = json.loads(leaf)
        return str(parsed["id"]) if parsed["type"] == TYPE else ""
    except (ValueError, KeyError, TypeError):
        return ""
