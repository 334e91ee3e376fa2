from django.db import migrations, models

import tongban.trust.crypto.fields
import tongban.foundation.ids


class Migration(migrations.Migration):
    """Words searched for are encrypted. Those kept until now lie open, and are forgotten."""

    dependencies = [("catalog", "0002_search_and_groups")]
    operations = [
        migrations.DeleteModel("SearchQuery"),
        migrations.CreateModel(
            name="SearchQuery",
            fields=[
                ("id", models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("text", tongban.trust.crypto.fields.EncryptedTextField(editable=True)),
                ("text_index", models.CharField(max_length=64)),
                ("hits", models.PositiveSmallIntegerField()),
                ("day", models.DateField(db_index=True)),
            ],
            options={"db_table": "catalog_search_query"},
        ),
    ]
