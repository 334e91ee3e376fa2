from django.db import migrations

from tongban.trust.crypto.migrating import sealing


class Migration(migrations.Migration):
    """Seal them, batch by batch; a run that was stopped goes on where it stood."""

    atomic = False
    dependencies = [("libraries", "0003_room_for_sealed_lives"), ("crypto", "0002_key_hierarchy")]
    operations = [
        sealing("libraries", "Person", "sex", "born", "division_code", "role_in_household", "died_on"),
        sealing("libraries", "Household", "division_code"),
        sealing("libraries", "Marriage", "registered_on", "ended_on"),
        sealing("libraries", "Vaccination", "clinic"),
        sealing("libraries", "BirthRecord", "born_at", "sex", "weight", "length", "weeks", "hospital", "division_code"),
        sealing("libraries", "MedicalBill", "hospital", "amount", "reimbursable", "issued_on"),
        sealing("libraries", "MaternityReimbursement", "amount"),
        sealing("libraries", "Subsidy", "amount_per_year"),
        sealing("libraries", "PremiumPayment", "amount"),
    ]
