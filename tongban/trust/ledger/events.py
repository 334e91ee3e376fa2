"""TELL: what happens to the ledger itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


def event_types_of(base: type[Event]) -> Iterator[type[Event]]:
    """Yield `base` itself, or all event types derived from it. Base classes and events of tests are left out."""
    derived = base.__subclasses__()
    if not derived and base.__module__.endswith(".events"):
        yield base
    for one in derived:
        yield from event_types_of(one)


@dataclass(frozen=True)
class WitnessAdded(Event, label="登记见证方", administrative=True):
    """A witness of tree heads was registered; `key_digest` is SM3 of its public key."""

    key_digest: str


@dataclass(frozen=True)
class LedgerAlive(Event, label="账本心跳"):
    """Nothing else was recorded for a while. A new head is signed anyway, so that an old head means a frozen ledger."""


@dataclass(frozen=True)
class AlarmRaised(Event, label="账本告警", administrative=True):
    """`subject` is the alarm. The entry's reason says what was found."""

    kind: str


@dataclass(frozen=True)
class AlarmEnded(Event, label="解除账本告警", administrative=True):
    """`subject` is the alarm. The reason says who investigated it and what the cause was."""

    kind: str


@dataclass(frozen=True)
class RowsCovered(Event, label="登记现有状态", administrative=True):
    """The current state of rows was recorded, because their older entries carry no columns; `subject` is the rows'."""

    table: str


@dataclass(frozen=True)
class WitnessRetired(Event, label="停用见证方", administrative=True):
    """A witness was retired; its cosignatures are no longer accepted."""


@dataclass(frozen=True)
class EpochOpened(Event, label="账本从备份恢复", administrative=True):
    """The ledger was restored: it keeps the first `size` leaves of the previous epoch, under `root`."""

    number: int
    size: int
    root: str
    backup: str
