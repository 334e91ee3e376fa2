from django.db import migrations, models

from tongban.trust.crypto import fields
from tongban.trust.crypto.migrating import beside


class Migration(migrations.Migration):
    """Room for the sealed codes of licences and the indexes by which they are found."""

    dependencies = [("licences", "0001_initial")]
    operations = [
        *beside("Licence", "identifier", may_be_empty=models.CharField(max_length=120, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Licence", "serial", may_be_empty=models.CharField(max_length=32, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("Licence", "verify_code", may_be_empty=models.CharField(max_length=64, null=True), sealed=fields.EncryptedTextField(null=True)),
        *beside("RenderedDocument", "digest", may_be_empty=models.CharField(max_length=64, null=True), sealed=fields.EncryptedTextField(null=True)),
        migrations.AddField("Licence", "salt", fields.EncryptedTextField(null=True)),
        migrations.AddField("Licence", "identifier_index", models.CharField(max_length=64, null=True)),
        migrations.AddField("Licence", "verify_code_index", models.CharField(max_length=64, null=True)),
        migrations.AddField("RenderedDocument", "digest_index", models.CharField(max_length=64, null=True)),
    ]
