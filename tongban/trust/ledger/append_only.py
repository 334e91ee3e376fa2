"""A migration operation that makes a table append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.

The application's database role lacks those rights as well (see `grants`). A test database can still be emptied: its
owner sets `tongban.emptying` for the session. The setting is of no use to the application's role, which has no right to
truncate.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('tongban.emptying', true) = 'on' THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class AppendOnly(migrations.RunSQL):
    """Make `table` append-only."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            sql=FUNCTION + f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
            reverse_sql=f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_never_emptied ON {table};",
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return self.__class__.__qualname__, [self.table], {}
