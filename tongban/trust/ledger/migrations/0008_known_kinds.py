"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0007_an_entry_has_a_moment'),
    ]

    operations = [
        migrations.AlterField(
            model_name='alarm',
            name='kind',
            field=models.CharField(choices=[('frozen', '账本停顿'), ('mismatch', '核对不符')], max_length=20),
        ),
        AddConstraintNotValid(
            model_name='alarm',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['frozen', 'mismatch'])), name='an_alarm_kind_is_known'),
        ),
    ]
