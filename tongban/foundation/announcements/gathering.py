"""Save rows and record events at the end of a transaction, all rows in one statement and all events in another.

Each entry of the ledger stores the rows that its event accounts for. Within `together()` entries are recorded at the
end of the block. Rows that were saved for later or followed until then are shown as each event left them; the block
keeps what they looked like at each event (`Act.past`). Other rows are shown as they are at the end.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from tongban.foundation.announcements.ports import Act, Past
from tongban.foundation.writing import insert_together, update

M = TypeVar("M", bound=models.Model)
Key = tuple[type[models.Model], object]
Values = dict[str, Any]


@dataclass
class _Gathered:
    """What a block has gathered, and the savepoint at which it began."""

    savepoint: str | None
    record: Callable[[Sequence[Act]], None]
    rows: dict[Key, models.Model] = field(default_factory=dict)
    changed: dict[Key, models.Model] = field(default_factory=dict)
    followed: dict[Key, models.Model] = field(default_factory=dict)
    acts: list[tuple[Act, dict[Key, Values]]] = field(default_factory=list)

    def settle(self) -> None:
        """Write everything: new rows, changed rows, and then the entries, which read them."""
        rows, changed, held = self.rows, self.changed, self.acts
        now = {key: _values(row) for key, row in self.known().items()} if held else {}
        acts = [act._replace(past=_past(then, now, new=rows)) for act, then in held]
        self.rows, self.changed, self.acts = {}, {}, []
        self.followed |= rows | changed
        insert_together(rows.values())
        for row in changed.values():
            update(row)
        if acts:
            self.record(acts)

    def known(self) -> dict[Key, models.Model]:
        """Return all rows whose state each event keeps."""
        return self.followed | self.rows | self.changed

    def hold(self, acts: Sequence[Act]) -> None:
        """Keep events with the present state of all known rows."""
        then = {key: _values(row) for key, row in self.known().items()}
        self.acts += [(act, then) for act in acts]

    def follow(self, row: models.Model) -> None:
        """Know a saved row. Events that were announced before show it as it is in the database now."""
        key = _key(row)
        if key not in self.known() and self.acts:
            self.settle()
        self.followed[key] = row


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

    Within a savepoint of its own, something may still be undone by itself, so nothing is gathered there either. Raises
    RuntimeError if another instance of the same row is gathered, because one would overwrite what the other changed.
    """
    own = _here()
    if own is None:
        return False
    key = _key(row)
    if (own.rows | own.changed).get(key, row) is not row:
        raise RuntimeError(f"two instances of {type(row)._meta.label} {row.pk} were changed in one block")
    if row._state.adding:
        own.rows[key] = row
    else:
        own.follow(row)
        own.changed[key] = row
    return True


def follow(*rows: models.Model) -> None:
    """Let each event of the block show these saved rows as it left them. Call it after reading, before a change.

    The rows are not saved by this. A row that is saved for later is followed too. Does nothing outside a block.
    """
    own = _here()
    if own is not None:
        for row in rows:
            own.follow(row)


def hold_back(acts: Sequence[Act]) -> bool:
    """Record the events at the end of the block. Return False outside a block, where the caller records them now."""
    own = _here()
    if own is None:
        return False
    own.hold(acts)
    return True


def settle() -> None:
    """Write at once what the block has gathered so far, for what reads it from the database. Nothing outside one.

    Raises RuntimeError within a savepoint if rows were gathered outside it: a rollback to it would undo them as well.
    """
    own = _here()
    if own is not None:
        own.settle()
    elif (outer := _gathered.get()) is not None and (outer.rows or outer.changed):
        raise RuntimeError("rows were gathered outside this savepoint; call settle() before it begins")


def waiting(model: type[M]) -> list[M]:
    """Return the new rows of a model that are still to be saved: no query finds them yet."""
    own = _gathered.get()
    return [row for row in own.rows.values() if isinstance(row, model)] if own is not None else []


def is_new(key: UUID) -> bool:
    """Return whether a row with this key is still to be saved, so that nothing in the database refers to it."""
    own = _gathered.get()
    return own is not None and any(row.pk == key for row in own.rows.values())


def _here() -> _Gathered | None:
    own = _gathered.get()
    return own if own is not None and own.savepoint == _savepoint() else None


def _key(row: models.Model) -> Key:
    return type(row), id(row) if row.pk is None else row.pk


def _values(row: models.Model) -> Values:
    return dict(row.__dict__)


def _past(then: dict[Key, Values], now: dict[Key, Values], *, new: Mapping[Key, models.Model]) -> Past:
    """Return what was different at an event from what the block leaves; None for a row that was not there yet."""
    past: Past = {}
    for key, values in now.items():
        model, name = key[0], str(key[1])
        if key not in then:
            if key in new:
                past.setdefault(model._meta.db_table, {})[name] = None
            continue
        before = then[key]
        different = {
            str(field.column): before[field.attname]
            for field in model._meta.concrete_fields
            if field.attname in before and before[field.attname] != values.get(field.attname)
        }
        if different:
            past.setdefault(model._meta.db_table, {})[name] = different
    return past


def _savepoint() -> str | None:
    """Return the name of the innermost savepoint that can be rolled back by itself."""
    return next((name for name in reversed(connection.savepoint_ids) if name), None)
