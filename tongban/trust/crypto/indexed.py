"""The columns that hold blind indexes. Each room declares its own at start, so that a key rotation misses none.

There are three kinds. A column with the encrypted text in the same row is reindexed under a new key. A short-lived
column keeps the previous key in use until its rows have expired. A column that cannot be reindexed is pinned to key 1,
with a reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db import models

from tongban.foundation.registry import Registry
from tongban.trust.crypto.fields import EncryptedField


@dataclass(frozen=True)
class Column:
    """A column of indexes, and the encrypted column in the same row that holds their texts."""

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
    def field(self) -> "models.Field[object, object]":
        found = self.model._meta.get_field(self.index)
        assert isinstance(found, models.Field)
        return found

    @property
    def text_field(self) -> EncryptedField:
        found = self.model._meta.get_field(self.text)
        assert isinstance(found, EncryptedField)
        return found


_columns: Registry[Column] = Registry("indexed columns")
"""`declare` adds one. They are computed again when the index key rotates."""
_passing: Registry[tuple[tuple[str, str], timedelta]] = Registry("indexed columns that pass")
"""`declare_passing` adds one. Their rows are gone before a retired key is destroyed."""
_pinned: Registry[tuple[tuple[str, str], str]] = Registry("columns under key 1")
"""`declare_pinned` adds one. They keep key 1 for good."""
proofs: Registry[Callable[[], bool | None]] = Registry("proofs of index key 1")
"""Further tests of whether key 1 is the right one. Each returns None when it has nothing to test the key on."""


def declare(label: str, index: str, *, text: str, purpose: str) -> None:
    """Declare a column that is reindexed under a new key.

    `label` is "app.Model"; `blind_index` fills the column `index` from the encrypted column `text`.
    """
    _columns.add(f"{label}.{index}", Column(label, index, text, purpose))


def declare_passing(label: str, index: str, *, life: timedelta) -> None:
    """Declare a column whose rows are no longer looked up after `life`."""
    _passing.add(f"{label}.{index}", ((label, index), life))


def declare_pinned(label: str, index: str, *, why: str) -> None:
    """Declare a column that `pinned_index` fills; `why` is the reason."""
    _pinned.add(f"{label}.{index}", ((label, index), why))


def columns() -> list[Column]:
    """Return the columns that are reindexed, in a fixed order."""
    return sorted(_columns, key=lambda column: (column.label, column.index))


def passing() -> dict[tuple[str, str], timedelta]:
    """Return the lifetimes of the short-lived columns by (label, column)."""
    return dict(_passing)


def pinned() -> dict[tuple[str, str], str]:
    """Return the reasons of the pinned columns by (label, column)."""
    return dict(_pinned)


def longest_life() -> timedelta:
    """Return how long a previous key is still needed after all other rows have been reindexed."""
    return max(passing().values(), default=timedelta(0))
