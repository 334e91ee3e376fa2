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


@dataclass(frozen=True)
class ShortLivedColumn:
    """A column of indexes whose rows are no longer looked up after `life`."""

    label: str
    index: str
    life: timedelta


@dataclass(frozen=True)
class PinnedColumn:
    """A column of indexes that stays under key 1, and the reason."""

    label: str
    index: str
    why: str


columns: Registry[Column] = Registry("indexed columns", order=lambda column: (column.label, column.index))
"""The columns that are reindexed under a new key."""
short_lived: Registry[ShortLivedColumn] = Registry("short-lived indexed columns")
"""Their rows are gone before a retired key is destroyed."""
pinned: Registry[PinnedColumn] = Registry("columns under key 1")
"""They keep key 1 for good."""
proofs: Registry[Callable[[], bool | None]] = Registry("proofs of index key 1")
"""Further tests of whether key 1 is the right one. Each returns None when it has nothing to test the key on."""


def declare(label: str, index: str, *, text: str, purpose: str) -> None:
    """Declare a column that is reindexed under a new key.

    `label` is "app.Model"; `blind_index` fills the column `index` from the encrypted column `text`.
    """
    columns.add(f"{label}.{index}", Column(label, index, text, purpose))


def declare_short_lived(label: str, index: str, *, life: timedelta) -> None:
    """Declare a column whose rows are no longer looked up after `life`."""
    short_lived.add(f"{label}.{index}", ShortLivedColumn(label, index, life))


def declare_pinned(label: str, index: str, *, why: str) -> None:
    """Declare a column that `pinned_index` fills; `why` is the reason."""
    pinned.add(f"{label}.{index}", PinnedColumn(label, index, why))


def longest_life() -> timedelta:
    """Return how long a previous key is still needed after all other rows have been reindexed."""
    return max((column.life for column in short_lived), default=timedelta(0))
