"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("libraries", "0006_known_kinds")]

    operations = [
        ValidateConstraint(model_name="insuranceenrolment", name="an_enrolment_kind_is_known"),
    ]
