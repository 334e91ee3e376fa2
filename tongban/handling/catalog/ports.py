"""The slot of this room."""

from dataclasses import dataclass

from tongban.foundation.ui.slots import Slot


@dataclass(frozen=True)
class Underway:
    """What the reader of a guide has already begun or applied for."""

    text: str
    """The words of the link, e.g. `已申请，看进度`."""
    href: str
    again: bool
    """Whether the guide still offers to apply once more, such as for another child."""


on_guide = Slot("the guide of a service")
"""`provide(request, key)` returns `Underway` for the signed-in reader; `key` is the bundle's key or the item's code."""
