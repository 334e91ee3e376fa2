"""TELL: what happened to the catalogue."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ItemPublished(Event, label="发布事项", administrative=True):
    """A version of an item is in force; `subject` is the version's id."""

    code: str
    number: int
    content_hash: str


@dataclass(frozen=True)
class ItemWithdrawn(Event, label="停办事项", administrative=True):
    """No version of the item is in force any more; `subject` is the version that was. The reason says why."""

    code: str
    number: int


@dataclass(frozen=True)
class BundlePublished(Event, label="发布一件事", administrative=True):
    """A version of a bundle is in force; `subject` is the version's id."""

    key: str
    number: int
    content_hash: str
