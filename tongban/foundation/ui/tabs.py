"""Links that choose what a list shows: tabs, and the lights of deadlines with their counts. They keep other filters."""

from collections.abc import Iterable, Mapping
from typing import NotRequired, TypedDict
from urllib.parse import urlencode

LIGHTS = (("red", "已超期"), ("yellow", "临近到期"), ("green", "按时"))


class Tab(TypedDict):
    """One tab, as the macro `tabs` shows it."""

    text: str
    href: str
    current: bool
    count: NotRequired[int]


class LightCount(TypedDict):
    """One number above a list of deadlines, as the macro `counts` shows it."""

    number: int
    word: str
    href: str
    current: bool
    state: str


def query_of(values: Mapping[str, str]) -> str:
    """Return the values that are not empty as a query string."""
    return urlencode({name: value for name, value in values.items() if value})


def tabs(
    name: str,
    choices: Iterable[tuple[str, str]],
    *,
    current: str,
    counts: Mapping[str, int] | None = None,
    kept: Mapping[str, str] | None = None,
    address: str = "",
) -> list[Tab]:
    """Return a tab for each choice (value, text) of the query parameter `name`. The value of the first may be empty.

    `counts` holds a number for each value, that of the empty one under `all`. `kept` are parameters that stay.
    """
    found: list[Tab] = []
    for value, text in choices:
        href = f"{address}?{query_of({**(kept or {}), name: value})}"
        tab = Tab(text=text, href=href, current=value == current)
        if counts is not None:
            tab["count"] = counts[value or "all"]
        found.append(tab)
    return found


def light_counts(
    all_words: str, counts: Mapping[str, int], *, current: str | None, kept: Mapping[str, str]
) -> list[LightCount]:
    """Return the count of all rows (`all`) and of those under each light, each a link that filters the list by it.

    `current` is the light that the list is filtered by, "" for all, or None where another filter takes its place.
    """
    return [
        LightCount(
            number=counts[light or "all"],
            word=word,
            href=f"?{query_of({'light': light, **kept})}",
            current=light == current,
            state=light,
        )
        for light, word in (("", all_words), *LIGHTS)
    ]
