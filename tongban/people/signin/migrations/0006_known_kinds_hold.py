"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signin", "0005_known_kinds")]

    operations = [
        ValidateConstraint(model_name="code", name="a_code_use_is_known"),
        ValidateConstraint(model_name="proof", name="a_proof_kind_is_known"),
    ]
