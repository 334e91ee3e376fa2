"""The frame of every page: the style sheets of rooms, scripts, the places it links to, and its footer."""

from dataclasses import dataclass

from tongban.foundation.registry import Registry
from tongban.foundation.ui.addresses import address_of

SCRIPTS = ("ui/tongban.js",)
"""Scripts of every page. A page that needs another one names it in its block `scripts`."""
HOME = "/"
"""Where to go if the place that was meant belongs to a room that is not installed."""
ABOUT = "关于"
"""The column of the footer that every edition of the pages shows."""
COLUMNS = ("办事", "我的", ABOUT, "工作人员")


@dataclass(frozen=True)
class FooterLink:
    """A link in a column of the footer; `to` is the name of a URL."""

    text: str
    to: str
    column: str
    order: int = 100

    def __post_init__(self) -> None:
        if self.column not in COLUMNS:
            raise ValueError(f"the footer has no column {self.column}: {self.text} would be shown nowhere")

    @property
    def href(self) -> str:
        return address_of(self.to)


styles: Registry[str] = Registry("style sheets")
places: Registry[str] = Registry("places")
footer: Registry[FooterLink] = Registry("footer links", order=lambda link: link.order)


def footer_columns(elder: bool = False) -> list[tuple[str, list[FooterLink]]]:
    """Return the columns of the footer that have at least one link; in the elders' edition only the column ABOUT."""
    columns = (ABOUT,) if elder else COLUMNS
    found = [(column, [link for link in footer if link.column == column]) for column in columns]
    return [(column, links) for column, links in found if links]


def place(name: str, *args: object) -> str:
    """Return the address of a place, or an empty string if no installed room has it.

    Rooms use places to link to pages of higher rooms and of rooms that can be left out, which they must not name. A
    template shows no link without an address (`c.button`, `c.more` and breadcrumbs see to it themselves); a redirect
    needs something instead: `place("my") or HOME`.
    """
    to = places.get(name)
    return address_of(to, *args) if to else ""
