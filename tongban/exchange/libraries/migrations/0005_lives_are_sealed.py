from django.db import migrations, models

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import instead


class Migration(migrations.Migration):
    """The open columns go, and the series that told which residents' numbers are given."""

    dependencies = [("libraries", "0004_seal_lives")]
    operations = [
        *instead("Person", "sex", table="libraries_person", sealed=fields.EncryptedTextField(choices=[("male", "男"), ("female", "女")])),
        *instead("Person", "born", table="libraries_person", sealed=fields.EncryptedDateField()),
        *instead("Person", "division_code", table="libraries_person", sealed=fields.EncryptedTextField()),
        *instead("Person", "role_in_household", table="libraries_person", sealed=fields.EncryptedTextField(blank=True, default="")),
        *instead("Person", "died_on", table="libraries_person", sealed=fields.EncryptedDateField(null=True)),
        *instead("Household", "division_code", table="libraries_household", sealed=fields.EncryptedTextField()),
        *instead("Marriage", "registered_on", table="libraries_marriage", sealed=fields.EncryptedDateField()),
        *instead("Marriage", "ended_on", table="libraries_marriage", sealed=fields.EncryptedDateField(null=True)),
        *instead("Vaccination", "clinic", table="libraries_vaccination", sealed=fields.EncryptedTextField()),
        *instead("BirthRecord", "born_at", table="libraries_birth_record", sealed=fields.EncryptedDateTimeField()),
        *instead("BirthRecord", "sex", table="libraries_birth_record", sealed=fields.EncryptedTextField(choices=[("male", "男"), ("female", "女")])),
        *instead("BirthRecord", "weight", table="libraries_birth_record", sealed=fields.EncryptedIntegerField()),
        *instead("BirthRecord", "length", table="libraries_birth_record", sealed=fields.EncryptedIntegerField()),
        *instead("BirthRecord", "weeks", table="libraries_birth_record", sealed=fields.EncryptedIntegerField()),
        *instead("BirthRecord", "hospital", table="libraries_birth_record", sealed=fields.EncryptedTextField()),
        *instead("BirthRecord", "division_code", table="libraries_birth_record", sealed=fields.EncryptedTextField()),
        *instead("MedicalBill", "hospital", table="libraries_medical_bill", sealed=fields.EncryptedTextField()),
        *instead("MedicalBill", "amount", table="libraries_medical_bill", sealed=fields.EncryptedDecimalField()),
        *instead("MedicalBill", "reimbursable", table="libraries_medical_bill", sealed=fields.EncryptedDecimalField()),
        *instead("MedicalBill", "issued_on", table="libraries_medical_bill", sealed=fields.EncryptedDateField()),
        *instead("MaternityReimbursement", "amount", table="libraries_maternity_reimbursement", sealed=fields.EncryptedDecimalField(null=True)),
        *instead("Subsidy", "amount_per_year", table="libraries_subsidy", sealed=fields.EncryptedDecimalField()),
        *instead("PremiumPayment", "amount", table="libraries_premium_payment", sealed=fields.EncryptedDecimalField()),
        migrations.AddConstraint(
            "Marriage",
            models.UniqueConstraint(
                fields=["husband"], condition=models.Q(ended_on__isnull=True), name="one_marriage_per_husband"
            ),
        ),
        migrations.AddConstraint(
            "Marriage",
            models.UniqueConstraint(
                fields=["wife"], condition=models.Q(ended_on__isnull=True), name="one_marriage_per_wife"
            ),
        ),
        migrations.RunSQL(
            "DELETE FROM libraries_number_series WHERE key ~ '^[0-9]{6}:[0-9]{8}:(male|female)$'", migrations.RunSQL.noop
        ),
    ]
