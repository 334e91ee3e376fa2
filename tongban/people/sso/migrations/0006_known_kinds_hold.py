"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sso", "0005_known_kinds")]

    operations = [
        ValidateConstraint(model_name="connection", name="a_connections_level_is_known"),
        ValidateConstraint(model_name="connection", name="a_telling_is_known"),
    ]
