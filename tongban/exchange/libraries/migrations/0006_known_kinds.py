"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('libraries', '0005_lives_are_sealed'),
    ]

    operations = [
        AddConstraintNotValid(
            model_name='insuranceenrolment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['resident', 'employee'])), name='an_enrolment_kind_is_known'),
        ),
    ]
