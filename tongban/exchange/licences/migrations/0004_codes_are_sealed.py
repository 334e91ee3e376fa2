from django.db import migrations, models

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import instead
from tongban.exchange.licences.models import new_verify_code


class Migration(migrations.Migration):
    """The open columns go. Backwards, licences issued with a salt keep their seal but no longer show it whole."""

    dependencies = [("licences", "0003_seal_codes")]
    operations = [
        *instead("Licence", "identifier", table="licences_licence", sealed=fields.EncryptedTextField()),
        *instead("Licence", "serial", table="licences_licence", sealed=fields.EncryptedTextField()),
        *instead("Licence", "verify_code", table="licences_licence", sealed=fields.EncryptedTextField(default=new_verify_code)),
        *instead("RenderedDocument", "digest", table="licences_rendereddocument", sealed=fields.EncryptedTextField()),
        migrations.AlterField("Licence", "identifier_index", models.CharField(max_length=64, unique=True)),
        migrations.AlterField("Licence", "verify_code_index", models.CharField(max_length=64, unique=True)),
        migrations.AlterField("RenderedDocument", "digest_index", models.CharField(max_length=64, unique=True)),
    ]
