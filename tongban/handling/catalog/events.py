"""TELL: what happened to the catalogue."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ItemPublished(Event, label="发布事项", administrative=True):
    """A version of an item came into force. `subject` is the id of the version."""

    code: str
    number: int
    content_hash: str


@dataclass(frozen=True)
class ItemWithdrawn(Event, label="停办事项", administrative=True):
    """An item was taken out of force. `subject` is the id of its last version; the event's reason says why."""

    code: str
    number: int


@dataclass(frozen=True)
class BundlePublished(Event, label="发布一件事", administrative=True):
    """A version of a bundle came into force. `subject` is the id of the version."""

    key: str
    number: int
    content_hash: str
