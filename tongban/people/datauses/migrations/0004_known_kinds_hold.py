"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("datauses", "0003_known_kinds")]

    operations = [
        ValidateConstraint(model_name="datause", name="a_use_channel_is_known"),
    ]
