"""Recomputes indexes of older keys under the current key while the platform is running, and counts what is left.

Rows are processed in batches ordered by primary key, and locked while they are rewritten. Rows that another transaction
has locked are left for the next round. A row whose index does not match its text, or whose new index already exists, is
logged and left unchanged, since a person must look at it.
"""

import logging
from collections.abc import Callable

from django.db import IntegrityError, connection, transaction
from psycopg import sql

from tongban.foundation import clock
from tongban.trust.crypto import indexring
from tongban.trust.crypto.errors import KeyDestroyed, Tampered
from tongban.trust.crypto.fields import RowKey, Sealed
from tongban.trust.crypto.indexed import Column, columns
from tongban.trust.crypto.models import IndexKey
from tongban.trust.crypto.services.indexes import blind_index, is_index_of

logger = logging.getLogger("tongban.crypto")
_reached: dict[str, RowKey | None] = {}
"""The last primary key that this process reached in each column, where the next run continues."""


def reindex(*, batch: int = 500, at_most: int | None = None, say: Callable[[str], object] = lambda _: None) -> int:
    """Rewrite old indexes in batches, each in its own transaction; return the number of rewritten rows.

    Stops after `at_most` rows; run it again to continue. `say` is told about progress.
    """
    indexring.forget()
    done = 0
    for column in columns:
        before, last = done, _reached.get(column.name) if at_most is not None else None
        while at_most is None or done < at_most:
            size = batch if at_most is None else min(batch, at_most - done)
            last, rewritten = _batch(column, last, size)
            done += rewritten
            if last is None:
                break
            say(f"{column.name}: {done - before} rows")
        _reached[column.name] = last
        say(f"{column.name}: done, {done - before} rows indexed again")
    return done


def count() -> int:
    """Count the indexes of each key for the inventory; return how many are not of the current key.

    Reads each table once.
    """
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for column in columns:
            cursor.execute(
                sql.SQL(
                    "SELECT CASE WHEN {index} LIKE 'k%%' THEN left({index}, 4) ELSE '' END, count(*)"
                    " FROM {table} WHERE {index} <> '' GROUP BY 1"
                ).format(**_names(column)),
                [],
            )
            for head, rows in cursor.fetchall():
                found[head] = found.get(head, 0) + rows
    now = clock.now()
    for key in IndexKey.objects.all():
        IndexKey.objects.filter(pk=key.pk).update(rows=found.get(_head_of(key.number), 0), counted_at=now)
    current = _head()
    return sum(rows for head, rows in found.items() if head != current)


@transaction.atomic
def _batch(column: Column, after: RowKey | None, size: int) -> tuple[RowKey | None, int]:
    """Rewrite the next rows with an old index; return the last primary key and the number of rewritten rows.

    Returns (None, 0) when there are no more rows.
    """
    names = _names(column)
    further = sql.SQL("") if after is None else sql.SQL("{pk} > %(after)s AND").format(**names)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT {pk}, {index}, {text} FROM {table} WHERE {further} {old} ORDER BY {pk} LIMIT {size}"
                " FOR UPDATE SKIP LOCKED"  # with weaker locks, changing a unique index would wait for others
            ).format(**names, further=further, old=_is_old(column), size=sql.Literal(size)),
            {"after": after, "current": _head()},
        )
        rows = cursor.fetchall()
    changes = [(new, pk) for pk, index, text in rows if (new := _new_index(column, pk, index, text))]
    return (rows[-1][0], _change(column, changes)) if rows else (None, 0)


def _change(column: Column, changes: list[tuple[str, RowKey]]) -> int:
    statement = sql.SQL("UPDATE {table} SET {index} = %s WHERE {pk} = %s").format(**_names(column))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, changes)
        return len(changes)
    except IntegrityError:
        if len(changes) == 1:
            logger.error("%s: row %s has a twin under the current key; it is left as it is", column.name, changes[0][1])
            return 0
        return sum(_change(column, [one]) for one in changes)


def _new_index(column: Column, pk: RowKey, index: str, text: bytes | memoryview | None) -> str | None:
    try:
        plain = str(Sealed(text, column.text_field).open(pk)) if text else ""
        if is_index_of(index, plain, purpose=column.purpose):
            return blind_index(plain, purpose=column.purpose)
    except (Tampered, KeyDestroyed, ValueError):
        pass
    logger.error("%s: the index of row %s is not that of its text; it is left as it is", column.name, pk)
    return None


def _head() -> str:
    """Return the first characters of the current key's indexes; empty for key 1, whose indexes do not begin with k."""
    return _head_of(indexring.current().number)


def _head_of(number: int) -> str:
    return "" if number == indexring.FIRST else f"k{number:03x}"


def _is_old(column: Column) -> sql.Composed:
    return sql.SQL(
        "{index} <> '' AND CASE %(current)s WHEN '' THEN {index} LIKE 'k%%' ELSE left({index}, 4) <> %(current)s END"
    ).format(**_names(column))


def _names(column: Column) -> dict[str, sql.Composable]:
    meta = column.model._meta
    return {
        "table": sql.Identifier(str(meta.db_table)),
        "pk": sql.Identifier(str(meta.pk.column)),
        "index": sql.Identifier(str(column.field.column)),
        "text": sql.Identifier(str(column.text_field.column)),
    }
