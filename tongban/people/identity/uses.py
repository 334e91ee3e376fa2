"""The port for data uses: identity tells that somebody's data was used; the room above that notes it registers here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.foundation.registry import Port
from tongban.people.identity.actors import Actor


@dataclass(frozen=True)
class DataUseReport:
    """Whose data, in which way, which fields in Chinese words, and the ledger's entry of it."""

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
    """Note the use in the caller's transaction. Raises NotOffered where no room notes uses: then none may happen."""
    recorder.get()(use, actor, at)
