"""The base of all events: frozen dataclasses in the past tense that hold identifiers, never personal data."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID

from tongban.foundation.announcements.naming import room_of


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
        """`room.EventName`, e.g. `cases.CaseAccepted`: what the ledger stores, whichever package the room lies in."""
        return f"{room_of(cls.__module__)}.{cls.__name__}"

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}
