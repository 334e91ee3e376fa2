"""What the frame of every page shows: style sheets, scripts, places it leads to, and the columns of its footer."""

from dataclasses import dataclass

from django.urls import reverse

from tongban.foundation.registry import Registry

BASE = (
    "tokens",
    "base",
    "shell",
    "buttons",
    "marks",
    "forms",
    "choices",
    "cards",
    "bundles",
    "progress",
    "tables",
    "desk",
)
OVERRIDES = ("elder", "contrast", "print")
"""Style sheets that change what all others say, those of rooms included."""
SCRIPTS = ("npm/htmx.org/dist/htmx.min.js", "ui/tongban.js", "ui/suggest.js")
COLUMNS = ("办事", "我的", "工作人员")


@dataclass(frozen=True)
class FooterLink:
    """A link in a column of the footer; `to` is the name of a URL."""

    text: str
    to: str
    column: str
    order: int = 100

    @property
    def href(self) -> str:
        return reverse(self.to)


styles: Registry[str] = Registry("style sheets")
places: Registry[str] = Registry("places")
footer: Registry[FooterLink] = Registry("footer links", order=lambda link: link.order)


def style_sheets() -> list[str]:
    """All style sheets of a page, in the order in which they count."""
    return [*(f"ui/css/{name}.css" for name in BASE), *styles, *(f"ui/css/{name}.css" for name in OVERRIDES)]


def footer_columns() -> list[tuple[str, list[FooterLink]]]:
    """The columns of the footer that have a link."""
    found = [(column, [link for link in footer if link.column == column]) for column in COLUMNS]
    return [(column, links) for column, links in found if links]


def place(name: str, *args: object) -> str:
    """The address of a place, for rooms that may not name the room above that has it; empty where none is installed."""
    to = places.get(name)
    return reverse(to, args=args) if to else ""
