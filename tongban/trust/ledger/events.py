"""The base of all events: frozen dataclasses in the past tense that hold identifiers, never personal data."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """Something that happened to `subject` (the id of a case, licence, account …).

    `class CaseAccepted(CaseEvent, label="受理")`: the label is what the audit and the proofs call it; `administrative`
    marks what is done to the platform itself (rights, keys, catalogue, calendar), which the audit lists apart.
    """

    subject: UUID
    version: ClassVar[int] = 2
    """1: without the rows that the event accounts for; 2: with them in the payload (see `folds`)."""
    label: ClassVar[str] = ""
    administrative: ClassVar[bool] = False

    def __init_subclass__(cls, *, label: str = "", administrative: bool = False) -> None:
        super().__init_subclass__()
        cls.label, cls.administrative = label, administrative

    @classmethod
    def type_name(cls) -> str:
        """`room.EventName`, e.g. `cases.CaseAccepted`."""
        return f"{cls.__module__.split('.')[-2]}.{cls.__name__}"

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}


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
