from django.db import migrations, models

ENTRIES_OF_CASE = """
CREATE INDEX entries_of_case ON ledger_entry
    ((coalesce(nullif(payload->>'case_number', ''), payload->>'number')), at)
    WHERE coalesce(nullif(payload->>'case_number', ''), payload->>'number') IS NOT NULL
"""


class Migration(migrations.Migration):
    """What the audit searches by. On a table that is full already, build the indexes concurrently beforehand."""

    dependencies = [("ledger", "0002_merkle_log")]
    operations = [
        migrations.AddIndex("entry", models.Index(fields=["actor", "at"], name="entries_of_actor")),
        migrations.AddIndex("entry", models.Index(fields=["at", "id"], name="entries_by_time")),
        migrations.RunSQL(ENTRIES_OF_CASE, "DROP INDEX entries_of_case"),
    ]
