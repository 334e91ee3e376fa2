"""Insert the rows of several tables in one prepared statement, for transactions that must be short."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, models

from tongban.foundation import prepared

MOST_PREPARED = 600
"""The most values for which a statement is prepared. Larger ones are rare, and each would take the place of another."""


def insert_together(rows: Iterable[models.Model]) -> None:
    """Insert unsaved rows; those of one table keep their order.

    Fields are prepared as by `save`, but no signal is sent, and a key that the database assigns stays unknown.
    """
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    if not by_model:
        return
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for model, instances in by_model.items()
        for row in instances
        for field in _inserted_fields(model)
    ]
    statement = _statement(tuple((model, len(instances)) for model, instances in by_model.items()))
    if len(values) <= MOST_PREPARED:
        prepared.run(statement, values)
    else:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    for instances in by_model.values():
        for row in instances:
            row._state.adding, row._state.db = False, connection.alias


@cache
def _statement(shape: tuple[tuple[type[models.Model], int], ...]) -> str:
    """Return the statement for so many rows of each model."""
    name = connection.ops.quote_name
    parts = []
    for model, count in shape:
        fields = _inserted_fields(model)
        line = f"({', '.join(['%s'] * len(fields))})"
        table, columns = model._meta.db_table, ", ".join(name(str(field.column)) for field in fields)
        inserted = f"INSERT INTO {name(table)} ({columns}) VALUES {', '.join([line] * count)}"
        parts.append(f"{name(f'new_{table}')} AS ({inserted})")
    return f"WITH {', '.join(parts)} SELECT"


@cache
def _inserted_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
