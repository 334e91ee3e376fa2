"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_known_kinds")]

    operations = [
        ValidateConstraint(model_name="alarm", name="an_alarm_kind_is_known"),
    ]
