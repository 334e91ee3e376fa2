"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0013_known_kinds")]

    operations = [
        ValidateConstraint(model_name="appointment", name="an_appointments_administrator_is_known"),
        ValidateConstraint(model_name="mandate", name="a_mandate_kind_is_known"),
        ValidateConstraint(model_name="mandate", name="a_mandate_reach_is_known"),
        ValidateConstraint(model_name="mandate", name="a_mandate_channel_is_known"),
        ValidateConstraint(model_name="mandate", name="a_mandate_ending_is_known"),
        ValidateConstraint(model_name="subject", name="an_organisation_kind_is_known"),
        ValidateConstraint(model_name="visit", name="a_visits_document_is_seen_or_read"),
    ]
