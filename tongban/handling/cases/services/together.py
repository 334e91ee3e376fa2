"""Insert rows of several tables in one statement, to keep the locks on number series short."""

from collections.abc import Iterable

from django.db import connection, models
from psycopg import sql


def insert_together(rows: Iterable[models.Model]) -> None:
    """Insert unsaved rows; those of one table keep their order.

    Fields are prepared as by `save`, but no signal is sent.
    """
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    if not by_model:
        return
    parts: list[sql.Composable] = []
    for model, instances in by_model.items():
        fields = _inserted_fields(model)
        line = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(fields)))
        parts.append(
            sql.SQL("{} AS (INSERT INTO {} ({}) VALUES {})").format(
                sql.Identifier(f"new_{model._meta.db_table}"),
                sql.Identifier(model._meta.db_table),
                sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
                sql.SQL(", ").join([line] * len(instances)),
            )
        )
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for model, instances in by_model.items()
        for row in instances
        for field in _inserted_fields(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(parts)), values)


def _inserted_fields(model: type[models.Model]) -> "list[models.Field[object, object]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
