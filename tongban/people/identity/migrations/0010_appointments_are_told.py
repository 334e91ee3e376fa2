from django.db import migrations

TOLD = """
CREATE CONSTRAINT TRIGGER identity_appointment_told AFTER INSERT ON identity_appointment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_untold('identity.AppointmentMade');
"""


class Migration(migrations.Migration):
    """The application's role adds no appointment without its entry in the ledger."""

    dependencies = [("identity", "0009_births_are_sealed"), ("ledger", "0006_only_the_sequencer_places")]
    operations = [migrations.RunSQL(TOLD, "DROP TRIGGER identity_appointment_told ON identity_appointment")]
