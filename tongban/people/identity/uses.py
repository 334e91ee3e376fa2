"""The port by which identity reports that somebody's data was used. The room that records data uses fills it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.foundation.registry import Port
from tongban.people.identity.actors import Actor

UNMASKED, VISIT = "unmasked", "visit"
"""The kinds of uses that identity reports."""


@dataclass(frozen=True)
class DataUseReport:
    """One use of one subject's data: how it was used, the fields in Chinese words, and the entry of the ledger."""

    subject_id: UUID
    kind: str
    fields: tuple[str, ...]
    entry_id: UUID
    case_number: str = ""
    purpose: str = ""
    occasion: UUID | None = None


Recorder = Callable[[DataUseReport, Actor, datetime], None]
recorder: Port[Recorder] = Port("a recorder of data uses")


def report_use(use: DataUseReport, *, actor: Actor, at: datetime) -> None:
    """Record the use in the caller's transaction. While the port is empty, raises NotOffered, so no use happens."""
    recorder.get()(use, actor, at)
