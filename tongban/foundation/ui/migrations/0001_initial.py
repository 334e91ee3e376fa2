from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION page_shows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text := 'tongban.publication_' || TG_ARGV[0];
BEGIN
    IF current_setting(noted, true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        INSERT INTO ui_publication (topic, at) VALUES (TG_ARGV[0], clock_timestamp());
        PERFORM set_config(noted, pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$
"""
"""The trigger of tables that public pages show. It adds one row for each transaction and topic, however many statements
the transaction has. The setting that remembers this ends with the transaction, and with the savepoint if that is rolled
back. Transactions never wait for each other here, because each adds rows of its own."""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=30)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "ui_publication"},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION page_shows()"),
    ]
