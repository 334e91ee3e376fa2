"""Counts the values of each key, and reseals old values under the current keys while the platform is running.

Rows are processed in batches ordered by primary key, and locked while they are rewritten. Rows that another transaction
has locked are left for the next round, so nobody waits. After an interruption, the next run continues with what is
still old. Append-only tables are never rewritten: their values stay under the key that sealed them, which therefore
cannot be destroyed.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

from tongban.foundation import clock
from tongban.trust.crypto import keyring
from tongban.trust.crypto.errors import KeyDestroyed, Tampered
from tongban.trust.crypto.fields import EncryptedField, RowKey, Sealed
from tongban.trust.crypto.models import DataKey, KeyUse, SigningKey, States
from tongban.trust.crypto.services import signing

_KEY_ID = "substring({column} from 1 for CASE substring({column} from 1 for 1) WHEN '\\x01' THEN 1 ELSE 5 END)"
logger = logging.getLogger("tongban.crypto")


@dataclass(frozen=True)
class Table:
    """A table with encrypted columns."""

    model: type[models.Model]
    fields: tuple[EncryptedField, ...]
    append_only: bool

    @property
    def name(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def purpose(self) -> str:
        return self.fields[0].purpose


def tables(purpose: str = "") -> list[Table]:
    """Return all tables with encrypted columns, or those of one purpose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text FROM pg_trigger t WHERE t.tgfoid::regproc::text = 'refuse_change'"
        )
        append_only = {name for (name,) in cursor.fetchall()}
    found = []
    for model in apps.get_models():
        fields = tuple(field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedField))
        if fields and purpose in ("", fields[0].purpose):
            found.append(Table(model, fields, str(model._meta.db_table) in append_only))
    return found


@transaction.atomic
def count(purpose: str = "") -> None:
    """Count and store how many values of each table each key sealed. Reads each table once."""
    keys = {keyring.head_of(key.number): key for key in DataKey.objects.all()}
    now = clock.now()
    for table in tables(purpose):
        counted: dict[bytes, int] = {}
        with connection.cursor() as cursor:
            for field in table.fields:
                cursor.execute(
                    sql.SQL(
                        f"SELECT {_KEY_ID}, count(*) FROM {{table}} WHERE octet_length({{column}}) > 0 GROUP BY 1"
                    ).format(table=sql.Identifier(table.name), column=sql.Identifier(str(field.column)))
                )
                for head, number in cursor.fetchall():
                    counted[bytes(head)] = counted.get(bytes(head), 0) + number
        KeyUse.objects.filter(table=table.name).delete()
        KeyUse.objects.bulk_create(
            KeyUse(
                data_key=key,
                table=table.name,
                values=counted.get(head, 0),
                counted_at=now,
                append_only=table.append_only,
            )
            for head, key in keys.items()
            if head in counted or key.purpose in (table.purpose, "legacy")
        )
    if purpose in ("", signing.PURPOSE):
        _count_private_keys(keys, now)


def _count_private_keys(keys: dict[bytes, DataKey], at: datetime) -> None:
    counted, table = signing.private_keys_by_head(), SigningKey._meta.db_table
    KeyUse.objects.filter(table=table).delete()
    KeyUse.objects.bulk_create(
        KeyUse(data_key=key, table=table, values=counted.get(head, 0), counted_at=at)
        for head, key in keys.items()
        if key.purpose == signing.PURPOSE
    )


def tables_under(key: DataKey) -> Iterator[str]:
    """Yield the tables that currently contain a value sealed under the key; looks at the tables, not at the counts."""
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT EXISTS (SELECT 1 FROM {table} WHERE {old})").format(
                    table=sql.Identifier(table.name), old=_is_old(table)
                ),
                {"old": [keyring.head_of(key.number)]},
            )
            if cursor.fetchone()[0]:
                yield table.name
    if signing.private_keys_by_head().get(keyring.head_of(key.number)):
        yield str(SigningKey._meta.db_table)


def reseal(
    purpose: str = "", *, batch: int = 500, at_most: int | None = None, say: Callable[[str], object] = lambda _: None
) -> int:
    """Reseal values of retired keys in batches, each in its own transaction; return the number of rewritten rows.

    Stops after `at_most` rows; run it again to continue. `say` is told about progress.
    """
    done, old = 0, _retired_keys()
    keyring.forget()  # read the keys after the retired ones, so that nothing is sealed under one of those
    for table in tables(purpose):
        if table.append_only:
            say(f"{table.name}: append-only, left under its keys")
            continue
        if not old:
            break
        before, held = done, True
        while held and (at_most is None or done < at_most):
            rounds, held, last = 0, False, None
            while at_most is None or done < at_most:
                size = batch if at_most is None else min(batch, at_most - done)
                last, rewritten = _batch(table, old, last, size)
                done += rewritten
                rounds += rewritten
                if last is None:
                    break
                say(f"{table.name}: {done - before} rows")
            held = rounds > 0 and at_most is None  # another round for rows that were locked
        say(f"{table.name}: done, {done - before} rows resealed")
    if purpose in ("", signing.PURPOSE):
        done += signing.reseal_private_keys()
    return done


def reseal_some(at_most: int, *, batch: int = 200) -> int:
    """Reseal at most `at_most` rows, where the last count found old values; return the number of rewritten rows.

    For the queue, which calls it regularly.
    """
    in_tables = {table.purpose for table in tables()} | {"legacy", signing.PURPOSE}
    retired = DataKey.objects.filter(state=States.RETIRED, purpose__in=in_tables)
    uncounted = [key for key in retired.prefetch_related("uses") if not _counted_since_retired(key)]
    if uncounted:
        count()
    waiting = KeyUse.objects.filter(data_key__state=States.RETIRED, values__gt=0, append_only=False)
    done = 0
    names = set(waiting.values_list("table", flat=True))
    purposes = {table.purpose for table in tables() if table.name in names}
    if SigningKey._meta.db_table in names:
        purposes.add(signing.PURPOSE)
    for purpose in sorted(purposes):
        if done < at_most:
            rewritten = reseal(purpose, batch=batch, at_most=at_most - done)
            done += rewritten
            if done < at_most:
                count(purpose)
    return done


def _counted_since_retired(key: DataKey) -> bool:
    """Return whether the key's values were counted after the last process stopped sealing with it."""
    uses = list(key.uses.all())
    assert key.retired_at is not None
    return bool(uses) and min(use.counted_at for use in uses) > key.retired_at + 2 * keyring.cached_for()


def _retired_keys() -> list[bytes]:
    """Return the key ids of retired keys. Values of destroyed keys cannot be resealed."""
    keys = DataKey.objects.filter(state=States.RETIRED).values_list("number", flat=True)
    return [keyring.head_of(number) for number in keys]


@transaction.atomic
def _batch(table: Table, old: list[bytes], after: RowKey | None, size: int) -> tuple[RowKey | None, int]:
    """Rewrite the next rows with an old value; return the last primary key and the number of rewritten rows.

    Returns (None, 0) when there are no more rows.
    """
    pk = table.model._meta.pk
    columns = [str(field.column) for field in table.fields]
    query = sql.SQL("SELECT {pk}, {columns} FROM {table} WHERE {after} {old} ORDER BY {pk} LIMIT {size} ").format(
        pk=sql.Identifier(str(pk.column)),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(table.name),
        after=sql.SQL("{} > %(after)s AND").format(sql.Identifier(str(pk.column)))
        if after is not None
        else sql.SQL(""),
        old=_is_old(table),
        size=sql.Literal(size),
    ) + sql.SQL("FOR NO KEY UPDATE SKIP LOCKED")
    change = sql.SQL("UPDATE {table} SET {columns} WHERE {pk} = %s").format(
        table=sql.Identifier(table.name),
        columns=sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns),
        pk=sql.Identifier(str(pk.column)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"after": after, "old": old})
        rows = cursor.fetchall()
        changes = [(*resealed, row[0]) for row in rows if (resealed := _resealed(table, row[0], row[1:])) is not None]
        cursor.executemany(change, changes)
    return (rows[-1][0], len(changes)) if rows else (None, 0)


def _resealed(
    table: Table, key: RowKey, values: tuple[bytes | memoryview | None, ...]
) -> list[bytes | memoryview | None] | None:
    """Return a row's values under the current key; None when one does not open, in which case the row is left alone."""
    try:
        return [
            field.seal(Sealed(content, field).open(key), key).content if content else content
            for field, content in zip(table.fields, values, strict=True)
        ]
    except (Tampered, KeyDestroyed):
        logger.error("%s: a row is left under its old key, since it does not open", table.name)
        return None


def _is_old(table: Table) -> sql.Composed:
    """Return SQL for whether a row has a value of the keys `%(old)s`."""
    return sql.SQL("({})").format(
        sql.SQL(" OR ").join(
            sql.SQL(_KEY_ID + " = ANY(%(old)s)").format(column=sql.Identifier(str(field.column)))
            for field in table.fields
        )
    )
