from django.db import migrations, models

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import beside


class Migration(migrations.Migration):
    """Room for the sealed day of birth and division of each subject."""

    dependencies = [("identity", "0006_account_phone")]
    operations = [
        *beside("Subject", "division_code", may_be_empty=models.CharField(max_length=12, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Subject", "born", may_be_empty=models.DateField(null=True), sealed=fields.EncryptedDateField(null=True)),
    ]
