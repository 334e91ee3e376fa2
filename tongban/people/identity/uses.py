"""The port for data uses: identity tells that somebody's data was used; the room above that notes it registers here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.people.identity.actors import Actor


@dataclass(frozen=True)
class Use:
    """Whose data, in which way, which fields in Chinese words, and the ledger's entry of it."""

    subject_id: UUID
    kind: str
    fields: tuple[str, ...]
    entry_id: UUID
    case_number: str = ""
    purpose: str = ""
    occasion: UUID | None = None


Recorder = Callable[[Use, Actor, datetime], None]
_recorder: Recorder | None = None


def register_recorder(recorder: Recorder) -> None:
    global _recorder
    _recorder = recorder


def tell_use(use: Use, *, actor: Actor, at: datetime) -> None:
    """Note the use in the caller's transaction. A house without the room of data uses must not use any: it raises."""
    if _recorder is None:
        raise RuntimeError("no room notes data uses: tongban.people.datauses is not installed")
    _recorder(use, actor, at)
