"""Check the kinds of the rows that are there already."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_known_kinds")]

    operations = [
        ValidateConstraint(model_name="application", name="an_application_kind_is_known"),
        ValidateConstraint(model_name="application", name="an_application_channel_is_known"),
        ValidateConstraint(model_name="application", name="an_application_state_is_known"),
        ValidateConstraint(model_name="case", name="a_case_decision_is_known"),
        ValidateConstraint(model_name="casematerial", name="a_material_way_is_known"),
        ValidateConstraint(model_name="step", name="a_step_kind_is_known"),
        ValidateConstraint(model_name="step", name="a_step_post_is_known"),
        ValidateConstraint(model_name="step", name="a_step_state_is_known"),
        ValidateConstraint(model_name="step", name="a_step_outcome_is_known"),
    ]
