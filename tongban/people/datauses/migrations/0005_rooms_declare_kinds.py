"""Rooms declare the kinds of uses, so no constraint lists them any more. The stored words stay the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datauses", "0004_known_kinds_hold")]

    operations = [
        migrations.RemoveConstraint(model_name="datause", name="a_use_kind_is_known"),
        migrations.AlterField(model_name="datause", name="kind", field=models.CharField(max_length=16)),
    ]
