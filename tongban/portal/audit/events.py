"""TELL: what audit administrators looked up or exported."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class PersonSearched(Event, label="按证件号审计查找", administrative=True):
    """`subject` is the person or organisation; the entry also records the reason."""


@dataclass(frozen=True)
class EntriesExported(Event, label="导出审计记录", administrative=True):
    """`subject` is the id of the export, which its file shows; the entry also records the reason."""

    entries: int
    conditions: str
