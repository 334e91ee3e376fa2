"""Folds: how rows that are shown as proof follow from ledger entries. Each room declares its folds in `folds.py`.

An entry of one of a fold's events stores, in its payload under `rows`, the covered columns of the rows that the event
created or changed. The current rows must equal those of the last such entry: none changed, none deleted, none inserted
without an entry. `queries.folding` compares each table in a single statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

from tongban.foundation.announcements.events import Event
from tongban.foundation.rooms import installed
from tongban.trust.ledger.events import AlarmEnded, AlarmRaised, WitnessAdded, WitnessRetired, event_types_of

ROWS = "rows"
"""The key of the payload that holds the rows."""
ORDER = "n"
"""The key beside the rows that holds a number from the sequence `ledger_fold_order`, taken while the row is locked. It
orders the entries of a row reliably, which the clocks of several servers could not."""
SINCE_VERSION = 2
"""Entries of this version and later carry their rows. A row with only older entries cannot be compared and is accepted
as it is; once `manage.py ledger cover` has recorded its state, it is compared too."""


@dataclass(frozen=True)
class Fold:
    """One table and the events that account for its rows.

    An entry belongs to the rows whose column `link` equals the entry's subject (or its id, with `of="id"`). If that is
    not enough, `also` gives two more SQL expressions that must be equal, one on the row `t` and one on the entry `e`.
    All rows with the same link form a group: they are recorded and compared together.
    """

    table: str
    called: str
    """The English noun for a row, used in the findings of `ledger check`."""
    events: tuple[type[Event], ...] | Callable[[], Iterable[type[Event]]]
    """The events, or a function that returns those that rooms have registered."""
    columns: tuple[str, ...]
    """Database columns whose values are recorded. Never personal data, since the audit reads payloads."""
    digested: tuple[str, ...] = ()
    """Columns of long or binary content, for which only an SHA-256 digest is recorded."""
    later: tuple[str, ...] = ()
    """Columns that were added to a fold already in use; older entries may lack them."""
    link: str = "id"
    of: str = "subject"
    also: tuple[str, str] | None = None
    key: str = "id"
    where: str = ""
    """An SQL condition that restricts the covered rows, e.g. `t.state = 'done'`."""
    implies: bool = True
    """Whether an old entry without rows still proves that a row must exist."""
    settles: str = ""
    """A timestamp column, for tables whose entries a task makes later. A row without an entry is a finding only once
    the task has recorded a newer one."""
    late: bool = False
    """Whether the table was filled before its events existed. It is not checked until the first entry exists."""
    writable: tuple[str, ...] | None = None
    """The columns that the application's database role may UPDATE; None means all. It may never DELETE."""

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(event.type_name() for event in (self.events() if callable(self.events) else self.events))

    @property
    def key_sql(self) -> str:
        return f"t.{self.key}::text"

    @property
    def linked(self) -> str:
        """The SQL that links a row `t` to its entries: a column, or an expression on the row."""
        return self.link if "(" in self.link else f"t.{self.link}"

    @property
    def link_sql(self) -> str:
        """`linked`, cast to text."""
        return f"({self.linked})::text"

    @property
    def also_sql(self) -> str:
        return f"coalesce(({self.also[0]})::text, '')" if self.also else "''"

    @property
    def entry_link_sql(self) -> str:
        return f"e.{self.of}::text"

    @property
    def entry_also_sql(self) -> str:
        return f"coalesce(({self.also[1]})::text, '')" if self.also else "''"

    def shows(self, column: str) -> bool:
        """Return whether a column is recorded as it is, or decides whether its row is covered."""
        return column in self.columns or f"t.{column} " in self.where

    def row_sql(self) -> str:
        """Return SQL for the covered columns of the row `t` as one JSON object without NULLs."""
        known = _columns_of(self.table)
        pairs = [f"'{name}', {_value(name, known[name])}" for name in self.columns]
        pairs += [f"'{name}', {_digest(name, known[name])}" for name in self.digested]
        return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"

    def snapshot_sql(self, *, past: bool = False) -> str:
        """Return SQL for the rows that belong to the entry `e`: the current ones, or as `e.past` says they were."""
        link = f"{self.linked} = e.{self.of}"
        also = f" AND {self.also_sql} = {self.entry_also_sql}" if self.also else ""
        source, conditions = f"{self.table} t", [f"{link}{also}"]
        if past:
            before = f"e.past->'{self.table}'->((o.t).{self.key}::text)"
            source = (
                f"(SELECT t FROM {self.table} t WHERE {link}{also}) o"
                f" CROSS JOIN LATERAL jsonb_populate_record(o.t, nullif({before}, 'null')) t"
            )
            conditions = [f"({before}) IS DISTINCT FROM 'null'"]
        conditions += [self.where] if self.where else []
        return (
            f"(SELECT coalesce(jsonb_object_agg({self.key_sql}, {self.row_sql()}), '{{}}') FROM {source}"
            f" WHERE {' AND '.join(conditions)})"
        )


def every(*bases: type[Event], but: Iterable[type[Event]] = ()) -> tuple[type[Event], ...]:
    """Return the given event types and all derived from them, except `but`. Base classes are left out."""
    excepted = set(but)
    return tuple(one for base in bases for one in event_types_of(base) if one not in excepted)


@cache
def folds() -> tuple[Fold, ...]:
    """Return the folds of all installed rooms."""
    declared = (room.part("folds") for room in installed())
    return tuple(fold for module in declared if module for fold in module.FOLDS)


@cache
def folds_of(type_name: str) -> tuple[Fold, ...]:
    """Return the folds whose rows an event of this type records."""
    return tuple(fold for fold in folds() if type_name in fold.types)


@cache
def rows_sql(type_name: str, *, changed: frozenset[str] = frozenset()) -> str:
    """Return SQL for the value of `rows` of an entry `e` of this type; empty when the type records no rows.

    Rows of the tables `changed` are shown as `e.past` says.
    """
    covered = folds_of(type_name)
    return rows_of(covered, changed=changed) if covered else ""


def rows_of(covered: Iterable[Fold], *, changed: frozenset[str] = frozenset()) -> str:
    """Return SQL for the value of `rows` of an entry `e` that accounts for these folds."""
    tables = ", ".join(f"'{fold.table}', {fold.snapshot_sql(past=fold.table in changed)}" for fold in covered)
    return f"jsonb_build_object('{ORDER}', nextval('ledger_fold_order'), {tables})"


@cache
def _columns_of(table: str) -> "dict[str, models.Field[object, object]]":
    model = next(one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table)
    return {str(field.column): field for field in model._meta.concrete_fields}


def _value(name: str, field: "models.Field[object, object]") -> str:
    if isinstance(field, models.DateTimeField):
        return f"to_char(t.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"t.{name}"


def _digest(name: str, field: "models.Field[object, object]") -> str:
    content = f"t.{name}" if isinstance(field, models.BinaryField) else f"convert_to(t.{name}::text, 'UTF8')"
    return f"encode(sha256({content}), 'hex')"


FOLDS = (
    Fold(
        table="ledger_witness",
        called="witness",
        events=(WitnessAdded, WitnessRetired),
        columns=("name", "added_at", "retired_at"),
        digested=("public_key",),
        writable=("retired_at",),
    ),
    Fold(
        table="ledger_alarm",
        called="alarm",
        events=(AlarmRaised, AlarmEnded),
        columns=("kind", "raised_at", "ended_at"),
        digested=("finding",),
        writable=("seen_at", "ended_at"),
    ),
)
