"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crypto', '0003_index_keys_and_check_values'),
    ]

    operations = [
        AddConstraintNotValid(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['root', 'department', 'seal'])), name='a_certificate_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='departmentkey',
            constraint=models.CheckConstraint(condition=models.Q(('algorithm__in', ['sm9', 'sm2'])), name='a_key_algorithm_is_known'),
        ),
    ]
