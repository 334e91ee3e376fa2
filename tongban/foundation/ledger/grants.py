"""After each migration: what the application's database role may do, table by table."""

from typing import Any

from django.conf import settings
from django.db import connections, transaction

READ_ONLY = {"crypto_key_check"}
"""Written by the owner alone: the application cannot say which keys are the right ones."""
TABLES = """
SELECT c.relname, EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid::regproc::text = 'refuse_change')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user
"""


def grant_to_application(using: str = "default", **_: Any) -> None:
    """Give the application role its rights, in one step; append-only tables get neither UPDATE nor DELETE."""
    role = settings.APPLICATION_ROLE
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
        if cursor.fetchone() is None:
            return
        cursor.execute(TABLES)
        for table, append_only in cursor.fetchall():
            rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
            rights = "SELECT" if table in READ_ONLY else rights
            cursor.execute(f'REVOKE ALL ON "{table}" FROM "{role}"')
            cursor.execute(f'GRANT {rights} ON "{table}" TO "{role}"')
        cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"')
        # Tables made outside a migration (the shared cache): the trigger guards the append-only ones all the same.
        ours = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        cursor.execute(f'{ours} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"')
        cursor.execute(f'{ours} USAGE, SELECT ON SEQUENCES TO "{role}"')
