"""What the check of the catalogue returns. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Grade = Literal["error", "warning", "to be completed"]
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """One thing to correct or complete: its grade, its place in the document, and a sentence."""

    grade: Grade
    place: Place
    sentence: str


def twice(part: str, keys: list[str], word: str) -> Iterator[Finding]:
    """Report each key of a part that was written before."""
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield Finding("error", (part, index, "key"), f"{word}“{key}”写了两次，请删去一个或改名")
