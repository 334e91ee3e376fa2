"""TELL: what the audit itself looked at."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class PersonSearched(Event, label="按证件号审计查找", administrative=True):
    """`subject` is the person or organisation; the reason stands beside it."""


@dataclass(frozen=True)
class EntriesExported(Event, label="导出审计记录", administrative=True):
    """`subject` is the export, whose id stands on its file; the reason stands beside it."""

    entries: int
    conditions: str
