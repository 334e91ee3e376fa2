"""TELL: what happens to the ledger itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


def told_by(base: type[Event]) -> Iterator[type[Event]]:
    """The event itself, or all that are derived from it; bases of others, and events of tests, are none."""
    derived = base.__subclasses__()
    if not derived and base.__module__.endswith(".events"):
        yield base
    for one in derived:
        yield from told_by(one)


@dataclass(frozen=True)
class WitnessAdded(Event, label="登记见证方", administrative=True):
    """A witness of tree heads was registered; `key_digest` is SM3 of its public key."""

    key_digest: str


@dataclass(frozen=True)
class LedgerAlive(Event, label="账本心跳"):
    """Nothing else was recorded for a while: the head is signed again, so that its age shows a frozen ledger."""


@dataclass(frozen=True)
class AlarmRaised(Event, label="账本告警", administrative=True):
    """`subject` is the alarm. What was found stands in the entry's reason."""

    kind: str


@dataclass(frozen=True)
class AlarmEnded(Event, label="解除账本告警", administrative=True):
    """`subject` is the alarm. The reason says who looked into it and what it was."""

    kind: str


@dataclass(frozen=True)
class RowsCovered(Event, label="登记现有状态", administrative=True):
    """Rows that older entries account for without their columns were recorded as they were; `subject` is theirs."""

    table: str


@dataclass(frozen=True)
class WitnessRetired(Event, label="停用见证方", administrative=True):
    """A witness is heard no longer."""


@dataclass(frozen=True)
class EpochOpened(Event, label="账本从备份恢复", administrative=True):
    """The ledger was restored: it keeps the first `size` leaves of the epoch before, under `root`."""

    number: int
    size: int
    root: str
    backup: str
