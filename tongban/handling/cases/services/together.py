"""Rows of several tables in one statement: what a submission writes while it holds the series of its numbers."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from psycopg import sql


def insert_together(rows: Iterable[models.Model]) -> None:
    """Insert new rows, each table's in their order. They are written as their models say, but no signal is sent."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    parts: list[sql.Composable] = []
    values: list[Any] = []
    for model, instances in by_model.items():
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        line = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(fields)))
        parts.append(
            sql.SQL("{} AS (INSERT INTO {} ({}) VALUES {})").format(
                sql.Identifier(f"new_{model._meta.db_table}"),
                sql.Identifier(model._meta.db_table),
                sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
                sql.SQL(", ").join([line] * len(instances)),
            )
        )
        values += [
            field.get_db_prep_save(field.pre_save(row, True), connection) for row in instances for field in fields
        ]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(parts)), values)
