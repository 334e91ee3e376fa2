"""The base class of all events: frozen dataclasses, named in the past tense, with identifiers but no personal data."""

from dataclasses import dataclass, fields
from typing import ClassVar
from uuid import UUID

from tongban.foundation.announcements.naming import room_of
from tongban.foundation.texts import Json


@dataclass(frozen=True)
class Event:
    """Something that happened to `subject`, the id of a case, licence, account and so on.

    `class CaseAccepted(CaseEvent, label="受理", applicant_label="已受理")`: officers, the audit and the proofs show the
    label, and the applicant's pages show the label for applicants. `administrative` marks changes to the platform
    itself (rights, keys, catalogue, calendar), which the audit lists separately; `recorded_later` those that a task
    records some time after they happened.
    """

    subject: UUID
    version: ClassVar[int] = 2
    """Version of the payload: 1 without the rows that the event accounts for, 2 with them (see `folds`)."""
    label: ClassVar[str] = ""
    applicant_label: ClassVar[str] = ""
    """What applicants read about it; the label unless the class gives other words."""
    principal_label: ClassVar[str] = ""
    """What principals read when somebody did it in their name (谁替我办了什么). Without it, it is not listed there."""
    reason_is_for_applicant: ClassVar[bool] = False
    """Whether applicants may read the reason that is stored with the event."""
    administrative: ClassVar[bool] = False
    recorded_later: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        label: str = "",
        applicant_label: str = "",
        principal_label: str = "",
        reason_is_for_applicant: bool = False,
        administrative: bool = False,
        recorded_later: bool = False,
    ) -> None:
        super().__init_subclass__()
        cls.label, cls.applicant_label, cls.principal_label = label, applicant_label or label, principal_label
        cls.reason_is_for_applicant = reason_is_for_applicant
        cls.administrative, cls.recorded_later = administrative, recorded_later

    @classmethod
    def type_name(cls) -> str:
        """Return `room.EventName`, e.g. `cases.CaseAccepted`, which the ledger stores. It contains no package path."""
        return f"{room_of(cls.__module__)}.{cls.__name__}"

    def payload(self) -> dict[str, Json]:
        """Return the event's own fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}
