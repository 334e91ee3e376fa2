"""For migrations: seal columns that lay open, in three migrations that can each be stopped and run again.

1. `beside`: the open column is renamed to `…_clear` and may be empty; an encrypted one of the old name is added.
2. `sealing`, not atomic: fill the encrypted columns and blind indexes batch by batch, each its own transaction.
3. `instead`: the open column goes, the encrypted one is required where the open one was.

Backwards the same steps open the values again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import migrations, models, transaction
from django.db.migrations.operations.base import Operation
from psycopg import sql

from tongban.trust.crypto.fields import EncryptedField

BATCH = 1000


def beside(
    model: str,
    name: str,
    *,
    may_be_empty: "models.Field[Any, Any]",
    sealed: "models.Field[Any, Any]",
) -> list[Operation]:
    """`may_be_empty` is the open column as nullable, `sealed` the encrypted one as nullable."""
    return [
        migrations.RenameField(model, name, f"{name}_clear"),
        migrations.AlterField(model, f"{name}_clear", may_be_empty),
        migrations.AddField(model, name, sealed),
    ]


def instead(model: str, name: str, *, table: str, sealed: "models.Field[Any, Any]") -> list[Operation]:
    """`sealed` is the encrypted column as it stands from now on."""
    return [migrations.RemoveField(model, f"{name}_clear"), *required(model, name, table=table, field=sealed)]


def required(model: str, name: str, *, table: str, field: "models.Field[Any, Any]") -> list[Operation]:
    """Make a filled column required. Django's own way would first write the default, which cannot be sealed."""
    state: list[Operation] = [migrations.AlterField(model, name, field)]
    if field.null:
        return state
    change = f'ALTER TABLE "{table}" ALTER COLUMN "{name}" '
    database: list[Operation] = [migrations.RunSQL(change + "SET NOT NULL", change + "DROP NOT NULL")]
    return [migrations.SeparateDatabaseAndState(database, state)]


def sealing(
    app: str, model: str, *names: str, indexes: Mapping[str, tuple[str, Callable[[str], str]]] | None = None
) -> migrations.RunPython:
    """Fill encrypted columns from their open ones (the first is never empty) and indexes by (column, index)."""

    def seal(apps: Any, editor: Any) -> None:
        table = apps.get_model(app, model)
        fields = [table._meta.get_field(name) for name in names]
        found = {name: (f"{column}_clear", index) for name, (column, index) in (indexes or {}).items()}
        columns = [*(f"{name}_clear" for name in names), *(column for column, _ in found.values())]

        def sealed(key: Any, values: tuple[Any, ...]) -> list[Any]:
            shown = [_sealed(field, value, key) for field, value in zip(fields, values[: len(fields)], strict=True)]
            made = zip(found.values(), values[len(fields) :], strict=True)
            return shown + [index(value) for (_, index), value in made]

        rows = table._default_manager.using(editor.connection.alias).filter(**{f"{names[0]}__isnull": True})
        _rewrite(editor.connection, rows, columns, [*names, *found], sealed)

    def unseal(apps: Any, editor: Any) -> None:
        table = apps.get_model(app, model)
        rows = table._default_manager.using(editor.connection.alias).all()

        def opened(key: Any, values: tuple[Any, ...]) -> list[Any]:
            return [None if value is None else value.open(key) for value in values]

        _rewrite(editor.connection, rows, list(names), [f"{name}_clear" for name in names], opened)

    return migrations.RunPython(seal, unseal)


def _sealed(field: Any, value: Any, key: Any) -> bytes | None:
    assert isinstance(field, EncryptedField)
    return None if value is None else field.seal(value, key).content


def _rewrite(connection: Any, rows: Any, read: list[str], write: list[str], make: Callable[..., list[Any]]) -> None:
    """Read some columns and write what `make` makes of them into others, in the order of the primary key."""
    meta = rows.model._meta
    change = sql.SQL("UPDATE {table} SET {columns} WHERE {pk} = %s").format(
        table=sql.Identifier(meta.db_table),
        columns=sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in write),
        pk=sql.Identifier(meta.pk.column),
    )
    last = None
    while True:
        later = rows if last is None else rows.filter(pk__gt=last)
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            batch = list(later.order_by("pk").values_list("pk", *read)[:BATCH])
            cursor.executemany(change, [(*make(key, tuple(values)), key) for key, *values in batch])
        if len(batch) < BATCH:
            return
        last = batch[-1][0]
