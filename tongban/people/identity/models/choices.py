"""How columns take the words of an enumeration."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)


def values_of(kinds: type[StrEnum]) -> list[str]:
    """Return the words, for a constraint."""
    return [kind.value for kind in kinds]


def choices_of(labels: Mapping[Kind, str]) -> list[tuple[str, str]]:
    """Return the words with their labels, for a column."""
    return [(kind.value, label) for kind, label in labels.items()]
