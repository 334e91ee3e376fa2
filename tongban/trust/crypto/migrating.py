"""Operations that encrypt existing columns, in three migrations. Each can be interrupted and run again.

1. `beside`: rename the plain column to `…_clear`, make it nullable, and add an encrypted column with the old name.
2. `sealing`, not atomic: fill the encrypted columns and blind indexes in batches, each in its own transaction.
3. `instead`: remove the plain column, and make the encrypted one required if the plain one was.

Reversed, the same steps decrypt the values again.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.db import migrations, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps
from psycopg import sql

from tongban.trust.crypto.fields import EncryptedField, RowKey

BATCH = 1000
AnyField: TypeAlias = "models.Field[Any, Any]"
Values: TypeAlias = "list[Any]"
"""Values of some columns of one row."""


def beside(
    model: str,
    name: str,
    *,
    may_be_empty: AnyField,
    sealed: AnyField,
) -> list[Operation]:
    """Return the operations of step 1; both fields, the plain and the encrypted one, must be nullable."""
    return [
        migrations.RenameField(model, name, f"{name}_clear"),
        migrations.AlterField(model, f"{name}_clear", may_be_empty),
        migrations.AddField(model, name, sealed),
    ]


def instead(model: str, name: str, *, table: str, sealed: AnyField) -> list[Operation]:
    """Return the operations of step 3; `sealed` is the final definition of the encrypted column."""
    return [migrations.RemoveField(model, f"{name}_clear"), *required(model, name, table=table, field=sealed)]


def required(model: str, name: str, *, table: str, field: AnyField) -> list[Operation]:
    """Make a filled column required. Django's AlterField would write the default first, which cannot be sealed."""
    state: list[Operation] = [migrations.AlterField(model, name, field)]
    if field.null:
        return state
    change = f'ALTER TABLE "{table}" ALTER COLUMN "{name}" '
    database: list[Operation] = [migrations.RunSQL(change + "SET NOT NULL", change + "DROP NOT NULL")]
    return [migrations.SeparateDatabaseAndState(database, state)]


def sealing(
    app: str, model: str, *names: str, indexes: Mapping[str, tuple[str, Callable[[str], str]]] | None = None
) -> migrations.RunPython:
    """Return the operation of step 2.

    `names` are the encrypted columns; the first must never be empty, since it shows which rows are done. `indexes` maps
    a blind-index column to the name of its text column and the function that computes the index.
    """

    def seal(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app, model)
        fields = [table._meta.get_field(name) for name in names]
        found = {name: (f"{column}_clear", index) for name, (column, index) in (indexes or {}).items()}
        columns = [*(f"{name}_clear" for name in names), *(column for column, _ in found.values())]

        def sealed(key: RowKey, values: Values) -> Values:
            shown: Values = [
                _sealed(field, value, key) for field, value in zip(fields, values[: len(fields)], strict=True)
            ]
            made = zip(found.values(), values[len(fields) :], strict=True)
            return shown + [index(value) for (_, index), value in made]

        rows = table._default_manager.using(editor.connection.alias).filter(**{f"{names[0]}__isnull": True})
        _rewrite(editor.connection, rows, columns, [*names, *found], sealed)

    def unseal(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app, model)
        rows = table._default_manager.using(editor.connection.alias).all()

        def opened(key: RowKey, values: Values) -> Values:
            return [None if value is None else value.open(key) for value in values]

        _rewrite(editor.connection, rows, list(names), [f"{name}_clear" for name in names], opened)

    return migrations.RunPython(seal, unseal)


def _sealed(field: object, value: object, key: RowKey) -> bytes | None:
    assert isinstance(field, EncryptedField)
    return None if value is None else field.seal(value, key).content


def _rewrite(
    connection: BaseDatabaseWrapper,
    rows: models.QuerySet[models.Model],
    read: list[str],
    write: list[str],
    make: Callable[[RowKey, Values], Values],
) -> None:
    """Compute the columns `write` from the columns `read` with `make`, in the order of the primary key."""
    meta = rows.model._meta
    change = sql.SQL("UPDATE {table} SET {columns} WHERE {pk} = %s").format(
        table=sql.Identifier(meta.db_table),
        columns=sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in write),
        pk=sql.Identifier(str(meta.pk.column)),
    )
    last = None
    while True:
        later = rows if last is None else rows.filter(pk__gt=last)
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            batch = list(later.order_by("pk").values_list("pk", *read)[:BATCH])
            cursor.executemany(change, [(*make(key, values), key) for key, *values in batch])
        if len(batch) < BATCH:
            return
        last = batch[-1][0]
