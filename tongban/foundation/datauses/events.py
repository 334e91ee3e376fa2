"""TELL: somebody objects to a use of his data."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class DataUseObjected(Event):
    """`subject` is the objection."""

    label: ClassVar[str] = "对数据使用提出异议"
    use: UUID
    case_number: str
