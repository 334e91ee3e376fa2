"""Model instances from the rows of hand-written SQL, for statements that every request pays for."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def columns(model: type[models.Model], alias: str) -> str:
    """Return every column of a model for a SELECT, in the order of its fields."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def width(model: type[models.Model]) -> int:
    """Return the number of columns in `columns`."""
    return len(model._meta.concrete_fields)


def instance(model: type[Row], values: Sequence[Any]) -> Row:
    """Return the instance that the values of `columns` make, as the ORM would have read it."""
    fields = model._meta.concrete_fields
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], read)
