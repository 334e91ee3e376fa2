from django.db import migrations, models

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import beside


class Migration(migrations.Migration):
    """Room for the sealed columns of what the libraries tell of a life."""

    dependencies = [("libraries", "0002_shared_records")]
    operations = [
        migrations.RemoveConstraint("Person", "a_person_sex_is_known"),
        migrations.RemoveConstraint("BirthRecord", "a_newborn_sex_is_known"),
        migrations.RemoveConstraint("MedicalBill", "a_bill_is_not_reimbursed_beyond_itself"),
        migrations.RemoveConstraint("Marriage", "one_marriage_per_husband"),
        migrations.RemoveConstraint("Marriage", "one_marriage_per_wife"),
        *beside("Person", "sex", may_be_empty=models.CharField(max_length=6, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Person", "born", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
        *beside("Person", "division_code", may_be_empty=models.CharField(max_length=12, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Person", "role_in_household", may_be_empty=models.CharField(max_length=10, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Person", "died_on", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
        *beside("Household", "division_code", may_be_empty=models.CharField(max_length=12, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Marriage", "registered_on", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
        *beside("Marriage", "ended_on", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
        *beside("Vaccination", "clinic", may_be_empty=models.CharField(max_length=60, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("BirthRecord", "born_at", may_be_empty=models.DateTimeField(null=True), sealed=fields.EncryptedDateTimeField(null=True)),
        *beside("BirthRecord", "sex", may_be_empty=models.CharField(max_length=6, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("BirthRecord", "weight", may_be_empty=models.PositiveSmallIntegerField(null=True), sealed=fields.EncryptedIntegerField(null=True)),
        *beside("BirthRecord", "length", may_be_empty=models.PositiveSmallIntegerField(null=True), sealed=fields.EncryptedIntegerField(null=True)),
        *beside("BirthRecord", "weeks", may_be_empty=models.PositiveSmallIntegerField(null=True), sealed=fields.EncryptedIntegerField(null=True)),
        *beside("BirthRecord", "hospital", may_be_empty=models.CharField(max_length=60, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("BirthRecord", "division_code", may_be_empty=models.CharField(max_length=12, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("MedicalBill", "hospital", may_be_empty=models.CharField(max_length=60, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("MedicalBill", "amount", may_be_empty=models.DecimalField(max_digits=10, decimal_places=2, null=True), sealed=fields.EncryptedDecimalField(null=True)),
        *beside("MedicalBill", "reimbursable", may_be_empty=models.DecimalField(max_digits=10, decimal_places=2, null=True), sealed=fields.EncryptedDecimalField(null=True)),
        *beside("MedicalBill", "issued_on", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
        *beside("MaternityReimbursement", "amount", may_be_empty=models.DecimalField(max_digits=10, decimal_places=2, null=True), sealed=fields.EncryptedDecimalField(null=True)),
        *beside("Subsidy", "amount_per_year", may_be_empty=models.DecimalField(max_digits=10, decimal_places=2, null=True), sealed=fields.EncryptedDecimalField(null=True)),
        *beside("PremiumPayment", "amount", may_be_empty=models.DecimalField(max_digits=10, decimal_places=2, null=True), sealed=fields.EncryptedDecimalField(null=True)),
    ]
