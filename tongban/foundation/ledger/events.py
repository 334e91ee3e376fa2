"""The base of all events: frozen dataclasses in the past tense that hold identifiers, never personal data."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """Something that happened to `subject` (the id of a case, licence, account …)."""

    subject: UUID
    version: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """`room.EventName`, e.g. `cases.CaseAccepted`."""
        return f"{cls.__module__.split('.')[-2]}.{cls.__name__}"

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "subject"}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}


@dataclass(frozen=True)
class WitnessAdded(Event):
    """A witness of tree heads was registered; `key_digest` is SM3 of its public key."""

    key_digest: str


@dataclass(frozen=True)
class WitnessRetired(Event):
    """A witness is heard no longer."""
