from django.db import migrations, models


class Migration(migrations.Migration):
    """The uses of one entry, which `ledger check` compares. On a full table, build the index concurrently beforehand."""

    dependencies = [("datauses", "0001_initial")]
    operations = [
        migrations.AddIndex("datause", models.Index(fields=["entry_id"], name="uses_of_entry")),
    ]
