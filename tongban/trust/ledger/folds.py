"""Folds: how the rows that the product shows as proof follow from entries, declared by each room in its `folds.py`.

An entry of one of a fold's events carries, in its payload under `rows`, the covered columns of the rows that it made or
changed, as they stood when it was recorded. The current rows must be those of the last such entry: nothing changed, no
row gone, no row that no entry made. `queries.folding` compares whole tables in one statement each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models

from tongban.foundation.announcements.events import Event
from tongban.trust.ledger.events import AlarmEnded, AlarmRaised, WitnessAdded, WitnessRetired, told_by

ROWS = "rows"
"""The key of the payload under which the rows stand."""
ORDER = "n"
"""Beside the rows: a number of the sequence `ledger_fold_order`, taken while the row is locked. It tells which of two
entries of a row came last, which clocks of several servers could not."""
SINCE_VERSION = 2
"""Entries of this version and later carry their rows. A row that has only older entries cannot be compared, and is
tolerated for that reason alone; `manage.py ledger cover` records its state, from when on it is compared too."""


@dataclass(frozen=True)
class Fold:
    """One table and the events that account for it.

    The rows of an entry are those whose column `link` is the entry's subject (or its id, for `of="id"`); where that
    is not enough, `also` gives an SQL expression on the row `t` and one on the entry `e` that must be equal too. All
    rows of one link are one group: they are recorded and compared together.
    """

    table: str
    called: str
    """What a row is, in English, for the sentences of `ledger check`."""
    events: tuple[type[Event] | str, ...]
    """Events of rooms that may not be imported stand by their names."""
    columns: tuple[str, ...]
    """Database columns that are recorded as they are. Never personal data: payloads are read by the audit."""
    digested: tuple[str, ...] = ()
    """Columns of long or binary content, of which a digest is recorded."""
    later: tuple[str, ...] = ()
    """Those of the columns that were added to a fold in use; that older entries lack them is tolerated."""
    link: str = "id"
    of: str = "subject"
    also: tuple[str, str] | None = None
    key: str = "id"
    where: str = ""
    """Restricts the covered rows, e.g. `t.state = 'done'`."""
    implies: bool = True
    """Whether an old entry, which carries no rows, says by itself that a row must be there."""
    settles: str = ""
    """A column with a moment, where a task makes the entry: a row waits until the task has entered a younger one."""
    late: bool = False
    """Whether the table was filled before its events existed: nothing is said until the first entry is there."""
    writable: tuple[str, ...] | None = None
    """The columns that the application's database role may UPDATE; None: all. It may never DELETE."""

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(event if isinstance(event, str) else event.type_name() for event in self.events)

    @property
    def key_sql(self) -> str:
        return f"t.{self.key}::text"

    @property
    def linked(self) -> str:
        """What links a row `t` to its entries: a column, or an expression on the row."""
        return self.link if "(" in self.link else f"t.{self.link}"

    @property
    def link_sql(self) -> str:
        """What links a row to its entries, as text."""
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

    def row_sql(self) -> str:
        """The covered columns of the row `t` as one JSON object, without those that are NULL."""
        known = _columns_of(self.table)
        pairs = [f"'{name}', {_value(name, known[name])}" for name in self.columns]
        pairs += [f"'{name}', {_digest(name, known[name])}" for name in self.digested]
        return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"

    def snapshot_sql(self) -> str:
        """The rows of the entry `e`, as they are now."""
        link = f"{self.linked} = e.{self.of}"
        also = f" AND {self.also_sql} = {self.entry_also_sql}" if self.also else ""
        where = f" AND {self.where}" if self.where else ""
        return (
            f"(SELECT coalesce(jsonb_object_agg({self.key_sql}, {self.row_sql()}), '{{}}') FROM {self.table} t"
            f" WHERE {link}{also}{where})"
        )


def every(*bases: type[Event], but: Iterable[type[Event]] = ()) -> tuple[type[Event], ...]:
    """The events themselves and all that are derived from them, without some; bases of others are none."""
    excepted = set(but)
    return tuple(one for base in bases for one in told_by(base) if one not in excepted)


@cache
def folds() -> tuple[Fold, ...]:
    """Those of all rooms."""
    found: list[Fold] = []
    for app in apps.get_app_configs():
        if app.name.startswith("tongban.") and find_spec(f"{app.name}.folds"):
            found += import_module(f"{app.name}.folds").FOLDS
    return tuple(found)


@cache
def folds_of(type_name: str) -> tuple[Fold, ...]:
    """The folds whose rows an event of this type records."""
    return tuple(fold for fold in folds() if type_name in fold.types)


@cache
def rows_sql(type_name: str) -> str:
    """The value of `rows` for an entry `e` of this type; empty when it records none."""
    covered = folds_of(type_name)
    return rows_of(covered) if covered else ""


def rows_of(covered: Iterable[Fold]) -> str:
    """The value of `rows` for an entry `e` that accounts for these folds."""
    tables = ", ".join(f"'{fold.table}', {fold.snapshot_sql()}" for fold in covered)
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
