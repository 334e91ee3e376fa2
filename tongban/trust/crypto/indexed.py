"""What lies under blind-index keys: each room declares its columns when it starts, so that none is left behind.

A column with the sealed text beside it is indexed again under a new key. One that passes by itself keeps the key before
living for as long as its rows do. One that cannot be indexed again is pinned to key 1, with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class Column:
    """A column of indexes, and the encrypted column that holds their texts in the same row."""

    label: str
    index: str
    text: str
    purpose: str

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.field.column}"

    @property
    def field(self) -> Any:
        return self.model._meta.get_field(self.index)

    @property
    def text_field(self) -> Any:
        return self.model._meta.get_field(self.text)


_columns: Registry[Column] = Registry("indexed columns")
_passing: Registry[tuple[tuple[str, str], timedelta]] = Registry("indexed columns that pass")
_pinned: Registry[tuple[tuple[str, str], str]] = Registry("columns under key 1")
proofs: Registry[Callable[[], bool | None]] = Registry("proofs of index key 1")
"""What besides columns shows whether key 1 is the right one; None: there is nothing to try it on."""


def declare(label: str, index: str, *, text: str, purpose: str) -> None:
    """`label` is "app.Model"; `index` is filled by `blind_index` from the encrypted column `text`."""
    _columns.add(f"{label}.{index}", Column(label, index, text, purpose))


def declare_passing(label: str, index: str, *, life: timedelta) -> None:
    """A column whose rows nobody asks for after `life`."""
    _passing.add(f"{label}.{index}", ((label, index), life))


def declare_pinned(label: str, index: str, *, why: str) -> None:
    """A column that `pinned_index` fills."""
    _pinned.add(f"{label}.{index}", ((label, index), why))


def columns() -> list[Column]:
    return sorted(_columns, key=lambda column: (column.label, column.index))


def passing() -> dict[tuple[str, str], timedelta]:
    return dict(_passing)


def pinned() -> dict[tuple[str, str], str]:
    return dict(_pinned)


def longest_life() -> timedelta:
    """How long a key stays living though no row that can be indexed again lies under it."""
    return max(passing().values(), default=timedelta(0))
