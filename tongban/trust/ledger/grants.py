"""Sets the rights of the application's database role on each table after every migration.

In tables that are covered by a fold, the role may insert rows and update the columns that the fold declares writable,
but never delete. Positions, nodes and heads are written only by the functions `ledger_place` and `ledger_sign`, the
list of pending entries only by a trigger.
"""

from django.conf import settings
from django.db import connections, transaction

from tongban.trust.ledger.folds import folds

READ_ONLY = {"ledger_leaf", "ledger_node", "ledger_head", "ledger_pending", "crypto_key_check"}
"""`crypto_key_check` is written by the owner only, so that the application cannot decide which keys are right."""

TABLES = """
SELECT c.relname, EXISTS (
    SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid::regproc::text = 'refuse_change')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user
"""


def grant_to_application(using: str = "default", **_: object) -> None:
    """Grant the application role its rights in one transaction; append-only tables get neither UPDATE nor DELETE."""
    role = settings.APPLICATION_ROLE
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
        if cursor.fetchone() is None:
            return
        cursor.execute(TABLES)
        proof = {fold.table: fold.writable for fold in folds()}
        for table, append_only in cursor.fetchall():
            cursor.execute(f'REVOKE ALL ON "{table}" FROM "{role}"')
            cursor.execute(f'GRANT {_rights(table, append_only, proof)} ON "{table}" TO "{role}"')
        cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"')
        # For tables created outside a migration (the shared cache). Append-only tables also have their trigger.
        ours = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        cursor.execute(f'{ours} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"')
        cursor.execute(f'{ours} USAGE, SELECT ON SEQUENCES TO "{role}"')


def _rights(table: str, append_only: bool, proof: dict[str, tuple[str, ...] | None]) -> str:
    if table in READ_ONLY:
        return "SELECT"
    if append_only:
        return "SELECT, INSERT"
    if table not in proof:
        return "SELECT, INSERT, UPDATE, DELETE"
    columns = proof[table]
    if columns is None:
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT" + (f", UPDATE ({', '.join(columns)})" if columns else "")
