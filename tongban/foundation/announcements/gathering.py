"""Save rows and record events at the end of a transaction, all rows in one statement and all events in another.

Each entry of the ledger stores the rows that its event accounts for, as they are when it is recorded. Within
`together()` that is at the end of the block, so the entries of one transaction all show what the transaction leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from tongban.foundation.announcements.ports import Act
from tongban.foundation.writing import insert_together, update

M = TypeVar("M", bound=models.Model)


@dataclass
class _Gathered:
    """What a block has gathered, and the savepoint at which it began."""

    savepoint: str | None
    record: Callable[[Sequence[Act]], None]
    rows: list[models.Model] = field(default_factory=list)
    changed: list[models.Model] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def settle(self) -> None:
        """Write everything: new rows, changed rows, and then the entries, which read them."""
        rows, changed, acts = self.rows, self.changed, self.acts
        self.rows, self.changed, self.acts = [], [], []
        insert_together(rows)
        for row in changed:
            update(row)
        if acts:
            self.record(acts)


_gathered: ContextVar[_Gathered | None] = ContextVar("gathered", default=None)


@contextmanager
def gather(record: Callable[[Sequence[Act]], None]) -> Iterator[None]:
    """Gather what `save_later` and `hold_back` are given, and write it when the block ends without an error.

    `services.together` calls this with what records events. Outside a transaction, Django's error for that is raised.
    A block within another one has a savepoint of its own, or its transaction fails with it.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("what is gathered must be written in one transaction")
    own = _Gathered(_savepoint(), record)
    token = _gathered.set(own)
    try:
        yield
        own.settle()
    finally:
        _gathered.reset(token)


def save_later(row: models.Model) -> bool:
    """Save a new or changed row at the end of the block, in its state then. Return False outside a block.

    Within a savepoint of its own, something may still be undone by itself, so nothing is gathered there either.
    """
    own = _here()
    if own is None:
        return False
    into = own.rows if row._state.adding else own.changed
    if not any(row is one for one in into):
        into.append(row)
    return True


def hold_back(acts: Sequence[Act]) -> bool:
    """Record the events at the end of the block. Return False outside a block, where the caller records them now."""
    own = _here()
    if own is None:
        return False
    own.acts += acts
    return True


def settle() -> None:
    """Write at once what the block has gathered so far, for what reads it from the database. Nothing outside one."""
    own = _here()
    if own is not None:
        own.settle()


def waiting(model: type[M]) -> list[M]:
    """Return the new rows of a model that are still to be saved: no query finds them yet."""
    own = _gathered.get()
    return [row for row in own.rows if isinstance(row, model)] if own is not None else []


def is_new(key: UUID) -> bool:
    """Return whether a row with this key is still to be saved, so that nothing in the database refers to it."""
    own = _gathered.get()
    return own is not None and any(row.pk == key for row in own.rows)


def _here() -> _Gathered | None:
    own = _gathered.get()
    return own if own is not None and own.savepoint == _savepoint() else None


def _savepoint() -> str | None:
    """Return the name of the innermost savepoint that can be rolled back by itself."""
    return next((name for name in reversed(connection.savepoint_ids) if name), None)
