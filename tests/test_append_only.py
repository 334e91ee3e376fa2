"""Append-only tables: rights and triggers prevent updates, deletions and truncation."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tongban.trust.ledger.grants import grant_to_application

MUST_BE = {"ledger_entry", "datauses_use", "datauses_objection"}
OF_THE_TREE = {"ledger_leaf", "ledger_node", "ledger_head", "ledger_cosignature", "ledger_epoch"}
TRIGGERED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid::regproc::text = 'refuse_change')
"""
COLUMN = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1"

pytestmark = [pytest.mark.req("H4"), pytest.mark.django_db]


def append_only_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERED)
        return {row[0] for row in cursor.fetchall()}


def acts_on(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMN, [table])
        (column,) = cursor.fetchone()
    return [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]


def refused(statement: str, message: str) -> bool:
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError as error:
            return message in str(error)
    return False


def test_the_required_tables_are_append_only():
    assert append_only_tables() >= MUST_BE | OF_THE_TREE


def test_the_applications_role_has_no_right_to_change_them():
    grant_to_application()
    tables = append_only_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if cursor.fetchone() is None:
            pytest.skip("the application's role does not exist on this server")
        cursor.execute(f"SET ROLE {settings.APPLICATION_ROLE}")
    allowed = [act for table in sorted(tables) for act in acts_on(table) if not refused(act, "permission")]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert allowed == []


@pytest.mark.parametrize("table", sorted(MUST_BE))
def test_the_trigger_refuses_the_owner_too(table):
    """The trigger fires for a row, so one is inserted. Test sessions may truncate by a setting, switched off here."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tongban.emptying = 'off'")
        cursor.execute("SET LOCAL session_replication_role = 'replica'")  # no foreign keys, so a single row is enough
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, made.row)).* FROM ("
            "  SELECT jsonb_object_agg(a.attname, CASE"
            "    WHEN a.attname = 'channel' THEN to_jsonb('online'::text) ELSE CASE format_type(a.atttypid, NULL)"
            "    WHEN 'uuid' THEN to_jsonb(gen_random_uuid()) WHEN 'jsonb' THEN '{}'::jsonb"
            "    WHEN 'timestamp with time zone' THEN to_jsonb(now()) WHEN 'smallint' THEN to_jsonb(1)"
            "    WHEN 'bytea' THEN to_jsonb('\\x00'::text) ELSE to_jsonb('looked-up'::text) END END) AS row"
            f"  FROM pg_attribute a WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
            ") AS made"
        )
        cursor.execute("SET LOCAL session_replication_role = 'origin'")
    assert [act for act in acts_on(table) if not refused(act, "append-only")] == []
