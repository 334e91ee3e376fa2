"""TELL: somebody objects to a use of their data."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class DataUseObjected(Event, label="对数据使用提出异议"):
    """`subject` is the objection."""

    use: UUID
    case_number: str
