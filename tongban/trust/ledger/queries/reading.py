"""Entries as other rooms read them: what an entry holds, and its words for each kind of reader."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from tongban.trust.ledger.queries.types import event_types

UNKNOWN_EVENT = "有新的进展"
"""The words for an event whose room is no longer installed."""


class RecordedEntry(Protocol):
    """A recorded event. The columns are explained at `models.Entry`."""

    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def subject(self) -> UUID: ...
    @property
    def actor(self) -> str: ...
    @property
    def principal(self) -> UUID | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


class Reader(StrEnum):
    """The kinds of readers for which the class of an event has words."""

    OFFICER = "officer"
    APPLICANT = "applicant"
    PRINCIPAL = "principal"


def words_of(entry: RecordedEntry, *, reader: Reader) -> str:
    """Return what the reader is told about an entry."""
    event = event_types().get(entry.type)
    if event is None:
        return UNKNOWN_EVENT
    labels = {Reader.APPLICANT: event.applicant_label, Reader.PRINCIPAL: event.principal_label}
    return labels.get(reader, event.label) or UNKNOWN_EVENT


def reason_of(entry: RecordedEntry, *, reader: Reader) -> str:
    """Return the recorded reason of an entry, or "" where only officers may read it."""
    event = event_types().get(entry.type)
    return entry.reason if reader == Reader.OFFICER or (event and event.reason_is_for_applicant) else ""
