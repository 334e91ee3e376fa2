"""Edits that the database's owner could make in the tables that are proof; see tests/test_proof.py."""

from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from tongban.foundation.ids import new_id
from tongban.trust.ledger import services
from tongban.trust.ledger.events import LedgerAlive
from tongban.trust.ledger.folds import folds
from tongban.trust.ledger.testing import Someone


@dataclass(frozen=True)
class Edit:
    """An edit of one row, and what `ledger check` must say about it."""

    kind: str
    table: str
    statements: tuple[str, ...]
    named: tuple[str, ...]
    whole: bool = False
    """Of the tree: the check of the one table does not look there."""


OTHER = {
    "uuid": "gen_random_uuid()",
    "timestamptz": "coalesce({c} + interval '1 day', now())",
    "date": "coalesce({c} + 1, current_date)",
    "bool": "NOT {c}",
    "int2": "{c} + 1",
    "int4": "{c} + 1",
    "int8": "{c} + 1",
    "numeric": "coalesce({c} + 1, 1)",
    "jsonb": """'["x"]'::jsonb""",
    "_varchar": "'{{x}}'::varchar[]",
    "varchar": "CASE WHEN {c} = 'x' THEN 'y' ELSE 'x' END",
    "text": "'x'",
    "bytea": "'\\x00'::bytea",
}


def column_types(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())


def catalogue():
    """Return edits of every covered column, deletions and insertions, for some rows of each table and of the tree."""
    found = []
    for fold in folds():
        types = column_types(fold.table)
        where = f" WHERE {fold.where}" if fold.where else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t.{fold.key}::text FROM {fold.table} t{where} ORDER BY 1 LIMIT 6")
            rows = [key for (key,) in cursor.fetchall()]
        for key in rows:
            this = f"{fold.key}::text = '{key}'"
            found.append(
                Edit("deleted", fold.table, (f"DELETE FROM {fold.table} WHERE {this}",), (fold.table, key, "gone"))
            )
            for column in (*fold.columns, *fold.digested):
                if column == fold.key:
                    continue
                value = OTHER[types[column]].format(c=column)
                found.append(
                    Edit(
                        "changed",
                        fold.table,
                        (f"UPDATE {fold.table} SET {column} = {value} WHERE {this}",),
                        (fold.table, key),
                    )
                )
            other = f"'{new_id()}'"
            settled = {fold.settles: "now() - interval '1 hour'"}  # a newer key waits for the task that records it
            copy = ", ".join(other if name == fold.key else settled.get(name, name) for name in types)
            found.append(
                Edit(
                    "inserted",
                    fold.table,
                    (f"INSERT INTO {fold.table} ({', '.join(types)}) SELECT {copy} FROM {fold.table} WHERE {this}",),
                    (fold.table, other.strip("'"), "inserted"),
                )
            )
    return found + of_the_tree()


def of_the_tree():
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, entry_id FROM ledger_leaf ORDER BY position")
        leaves = cursor.fetchall()
    last = leaves[-1][0]
    waiting = services.record(alive(), actor=Someone("machine:test"))
    found = [
        Edit("far ahead", "ledger_leaf", (f"UPDATE ledger_leaf SET position = 1000000 WHERE position = {last}",),
             ("position 1000000", "ahead"), True),
        Edit("note deleted", "ledger_pending", (f"DELETE FROM ledger_pending WHERE entry_id = '{waiting}'",),
             (str(waiting), "no position"), True),
        Edit("entry deleted", "ledger_entry", (f"DELETE FROM ledger_entry WHERE id = '{waiting}'",),
             (str(waiting), "deleted before"), True),
        Edit("key deleted", "crypto_signing_key", ("DELETE FROM crypto_signing_key WHERE key_id = 'ledger'",),
             ("crypto_signing_key ledger", "gone"), True),
        Edit("witness deleted", "ledger_witness", ("DELETE FROM ledger_witness",), ("ledger_witness", "gone")),
        Edit("head", "ledger_head", ("UPDATE ledger_head SET at = at + interval '1 year'",), ("in the future",), True),
        Edit("root", "ledger_head", ("UPDATE ledger_head SET root = sha256(root)",), ("root of the head",), True),
    ]  # fmt: skip
    for position, entry_id in leaves[:: max(1, len(leaves) // 8)]:
        found.append(
            Edit("moment", "ledger_entry",
                 (f"UPDATE ledger_entry SET at = at + interval '2 days' WHERE id = '{entry_id}'",),
                 (str(entry_id), "moved"), True)
        )  # fmt: skip
        found.append(
            Edit("leaf deleted", "ledger_leaf", (f"DELETE FROM ledger_leaf WHERE position = {position}",),
                 (f"position {position + 1}:" if position < last else f"{entry_id}",), True)
        )  # fmt: skip
    return found


def alive():
    """Return an event that accounts for no rows."""
    return LedgerAlive(subject=new_id())


def apply(edit):
    """Apply an edit as the owner: without triggers and foreign keys, and dropping constraints that are in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in edit.statements:
            for _ in range(9):
                try:
                    with transaction.atomic():
                        cursor.execute(statement)
                        assert cursor.rowcount > 0, edit
                    break
                except DatabaseError as refused:
                    constraint = refused.__cause__.diag.constraint_name
                    column = refused.__cause__.diag.column_name
                    if constraint:
                        _drop(cursor, edit.table, constraint)
                    elif column:
                        cursor.execute(f"ALTER TABLE {edit.table} ALTER COLUMN {column} DROP NOT NULL")
                    else:
                        raise
        cursor.execute("SET LOCAL session_replication_role = origin")


def _drop(cursor, table, constraint):
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [constraint])
    if cursor.fetchone():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
    else:
        cursor.execute(f'DROP INDEX "{constraint}"')


def names(edit, finding):
    return all(word in finding for word in edit.named)
