"""The base class of all events: frozen dataclasses, named in the past tense, with identifiers but no personal data."""

from dataclasses import dataclass, fields
from typing import ClassVar
from uuid import UUID

from tongban.foundation.announcements.naming import room_of
from tongban.foundation.texts import Json


@dataclass(frozen=True)
class Event:
    """Something that happened to `subject`, the id of a case, licence, account and so on.

    `class CaseAccepted(CaseEvent, label="受理")`: the audit and the proofs show the label. `administrative` marks
    changes to the platform itself (rights, keys, catalogue, calendar), which the audit lists separately;
    `recorded_later` those that a task records some time after they happened.
    """

    subject: UUID
    version: ClassVar[int] = 2
    """Version of the payload: 1 without the rows that the event accounts for, 2 with them (see `folds`)."""
    label: ClassVar[str] = ""
    administrative: ClassVar[bool] = False
    recorded_later: ClassVar[bool] = False

    def __init_subclass__(cls, *, label: str = "", administrative: bool = False, recorded_later: bool = False) -> None:
        super().__init_subclass__()
        cls.label, cls.administrative, cls.recorded_later = label, administrative, recorded_later

    @classmethod
    def type_name(cls) -> str:
        """Return `room.EventName`, e.g. `cases.CaseAccepted`, which the ledger stores. It contains no package path."""
        return f"{room_of(cls.__module__)}.{cls.__name__}"

    def payload(self) -> dict[str, Json]:
        """Return the event's own fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}
