"""Pages that the search offers beside services: what rooms have to show, by the words that people use for it."""

from dataclasses import dataclass

from django.urls import reverse

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class SearchTarget:
    """A page that can be searched for; `to` is the name of a URL without arguments."""

    text: str
    """Its name, as the menus call it."""
    to: str
    words: str = ""
    """Other words by which people look for it, separated by 、."""
    note: str = ""
    """One sentence: what is done there."""
    fragment: str = ""
    """The part of the page, without `#`."""
    by_hotline: bool = False
    """Whether people may also call the city's hotline for it."""

    @property
    def href(self) -> str:
        return f"{reverse(self.to)}{'#' if self.fragment else ''}{self.fragment}"


targets: Registry[SearchTarget] = Registry("search targets")
