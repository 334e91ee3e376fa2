from django.db import migrations

# `infinity` and years that no client can read would stop the sequencer and every check. Old rows are not read for it.
HAS_A_MOMENT = """
ALTER TABLE ledger_entry ADD CONSTRAINT an_entry_has_a_moment CHECK (
    at >= timestamptz '1900-01-01 00:00:00+00' AND at < timestamptz '9000-01-01 00:00:00+00'
    AND jsonb_typeof(payload) = 'object'
) NOT VALID
"""


class Migration(migrations.Migration):
    """What the application's role may add is an entry that can be read."""

    dependencies = [("ledger", "0006_only_the_sequencer_places")]
    operations = [
        migrations.RunSQL(HAS_A_MOMENT, "ALTER TABLE ledger_entry DROP CONSTRAINT an_entry_has_a_moment"),
    ]
