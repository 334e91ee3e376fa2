"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crypto", "0004_known_kinds")]

    operations = [
        ValidateConstraint(model_name="certificate", name="a_certificate_kind_is_known"),
        ValidateConstraint(model_name="departmentkey", name="a_key_algorithm_is_known"),
    ]
