"""Write rows by prepared statements, for transactions that must be short: as `save` does, but without signals."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models

from tongban.foundation import prepared

MOST_PREPARED = 600
"""The most values for which a statement is prepared. Larger ones are rare, and each would take the place of another."""


def insert_together(rows: Iterable[models.Model]) -> None:
    """Insert unsaved rows; those of one table keep their order.

    A key that the database assigns stays unknown.
    """
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    if not by_model:
        return
    values = _values(by_model)
    statement = _statement(tuple((model, len(instances)) for model, instances in by_model.items()))
    if len(values) <= MOST_PREPARED:
        prepared.run(statement, values)
    else:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    for instances in by_model.values():
        for row in instances:
            row._state.adding, row._state.db = False, connection.alias


def insert_or_update(rows: Sequence[models.Model], *, unique: tuple[str, ...], changed: tuple[str, ...]) -> None:
    """Insert rows of one model; for those whose unique fields are taken, change the named fields of the old row."""
    if not rows:
        return
    model = type(rows[0])
    statement = f"{_insert(model, len(rows))} {_on_conflict(model, unique, changed)}"
    prepared.run(statement, _values({model: rows}))


def update(row: models.Model, *names: str) -> None:
    """Update the named fields of a saved row, or all fields if none is named.

    Raises DatabaseError if the row is not there, as `save` does with `update_fields`.
    """
    fields = _fields_named(type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    if not prepared.run(_update_statement(type(row), names), [*values, row.pk]):
        raise DatabaseError(f"there is no {type(row)._meta.label} {row.pk} to update")


@cache
def _update_statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    name = connection.ops.quote_name
    changes = ", ".join(f"{name(str(field.column))} = %s" for field in _fields_named(model, names))
    return f"UPDATE {name(model._meta.db_table)} SET {changes} WHERE {name(str(model._meta.pk.column))} = %s"


@cache
def _fields_named(model: type[models.Model], names: tuple[str, ...]) -> "list[models.Field[Any, Any]]":
    fields = {field.name: field for field in model._meta.concrete_fields if not field.primary_key}
    return [fields[name] for name in names or fields]


def _values(by_model: Mapping[type[models.Model], Sequence[models.Model]]) -> list[Any]:
    return [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for model, instances in by_model.items()
        for row in instances
        for field in _inserted_fields(model)
    ]


@cache
def _statement(shape: tuple[tuple[type[models.Model], int], ...]) -> str:
    """Return the statement for the given numbers of rows of each model."""
    name = connection.ops.quote_name
    parts = [f"{name(f'new_{model._meta.db_table}')} AS ({_insert(model, count)})" for model, count in shape]
    return f"WITH {', '.join(parts)} SELECT"


@cache
def _insert(model: type[models.Model], count: int) -> str:
    name, fields = connection.ops.quote_name, _inserted_fields(model)
    columns = ", ".join(name(str(field.column)) for field in fields)
    line = f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {name(model._meta.db_table)} ({columns}) VALUES {', '.join([line] * count)}"


@cache
def _on_conflict(model: type[models.Model], unique: tuple[str, ...], changed: tuple[str, ...]) -> str:
    name = connection.ops.quote_name
    key = ", ".join(name(str(field.column)) for field in _fields_named(model, unique))
    new = ", ".join(f"{name(str(f.column))} = EXCLUDED.{name(str(f.column))}" for f in _fields_named(model, changed))
    return f"ON CONFLICT ({key}) DO UPDATE SET {new}"


@cache
def _inserted_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
