"""The kinds of data uses, and the events that record them. Each room registers its own at start."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event
from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class UseKind:
    """One kind of use. The key is stored and never changes; people choose by the label."""

    key: str
    label: str
    order: int
    """Its place in the filter of the list."""


EXPORTED = UseKind("exported", "通过系统接口取用", order=90)
"""Another system took the data; several rooms record it."""
UNKNOWN = "其他用途"
"""The label of a kind whose room is no longer installed."""
use_kinds: Registry[UseKind] = Registry("kinds of data uses", order=lambda kind: kind.order)
use_events: Registry[type[Event]] = Registry("events of data uses")


class UndeclaredUse(RuntimeError):
    """A use was recorded whose kind or event no room has registered: a programming error."""


def register_use(kind: UseKind, *events: type[Event]) -> None:
    """Register a kind and the events whose entries account for its rows. Raises AlreadyTaken."""
    use_kinds.add(kind.key, kind)
    register_events(*events)


def register_events(*events: type[Event]) -> None:
    """Register further events of uses. Raises AlreadyTaken."""
    for event in events:
        use_events.add(event.type_name(), event)


def check_kind(key: str) -> None:
    """Raise UndeclaredUse for a kind that no room has registered."""
    if key not in use_kinds:
        raise UndeclaredUse(f"no room has registered the kind {key} of data uses")


def check_event(event: Event) -> None:
    """Raise UndeclaredUse for an event whose entry would not cover the rows of the use."""
    if event.type_name() not in use_events:
        raise UndeclaredUse(f"no room has registered {event.type_name()} as an event of data uses")


def label_of(key: str) -> str:
    """Return the Chinese label of a kind."""
    kind = use_kinds.get(key)
    return kind.label if kind else UNKNOWN
