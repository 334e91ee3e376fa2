from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns with a constant default: no row is rewritten. What was stored before counts as not scanned."""

    dependencies = [("files", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="scanned_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="scanned_at",
            field=models.DateTimeField(null=True),
        ),
    ]
