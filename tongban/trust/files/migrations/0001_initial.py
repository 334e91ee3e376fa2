from django.db import migrations, models

import tongban.trust.crypto.fields
import tongban.foundation.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", tongban.trust.crypto.fields.EncryptedTextField()),
                ("media_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("stored_at", models.DateTimeField()),
                ("stored_by", models.CharField(max_length=80)),
            ],
            options={"db_table": "files_stored_file"},
        ),
    ]
