from django.db import migrations, models

import tongban.trust.crypto.fields
import tongban.foundation.ids
from tongban.trust.ledger.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=60)),
                ("version", models.PositiveSmallIntegerField()),
                ("subject", models.UUIDField()),
                ("actor", models.CharField(max_length=80)),
                ("principal", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("reason", tongban.trust.crypto.fields.EncryptedTextField(blank=True, default="")),
                ("payload", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "ledger_entry",
                "indexes": [
                    models.Index(fields=["subject", "at"], name="entries_of_subject"),
                    models.Index(fields=["type", "at"], name="entries_of_type"),
                ],
            },
        ),
        AppendOnly("ledger_entry"),
    ]
