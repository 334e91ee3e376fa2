"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datauses', '0002_uses_of_entry'),
    ]

    operations = [
        migrations.AlterField(
            model_name='datause',
            name='channel',
            field=models.CharField(choices=[('online', '网上'), ('window', '窗口'), ('api', '系统接口')], max_length=10),
        ),
        AddConstraintNotValid(
            model_name='datause',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['online', 'window', 'api'])), name='a_use_channel_is_known'),
        ),
    ]
