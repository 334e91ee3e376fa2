from django.db import migrations

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import instead


class Migration(migrations.Migration):
    """The open columns go."""

    dependencies = [("identity", "0008_seal_births")]
    operations = [
        *instead("Subject", "division_code", table="identity_subject", sealed=fields.EncryptedTextField()),
        *instead("Subject", "born", table="identity_subject", sealed=fields.EncryptedDateField(null=True)),
    ]
