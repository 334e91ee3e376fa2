from django.db import migrations

TOLD = """
CREATE CONSTRAINT TRIGGER organisation_post_told AFTER INSERT ON organisation_post DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_untold('organisation.PostEstablished');
"""


class Migration(migrations.Migration):
    """The application's role adds no post without its entry in the ledger."""

    dependencies = [("organisation", "0002_administrators"), ("ledger", "0006_only_the_sequencer_places")]
    operations = [migrations.RunSQL(TOLD, "DROP TRIGGER organisation_post_told ON organisation_post")]
