"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0013_known_kinds'),
        ('sso', '0004_code_keeps_its_authentication'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='connection',
            name='level',
            field=models.CharField(choices=[('L0', 'L0'), ('L1', 'L1'), ('L2', 'L2'), ('L3', 'L3')], max_length=2),
        ),
        migrations.AlterField(
            model_name='system',
            name='kind',
            field=models.CharField(choices=[('web', '网站（有服务器）'), ('native', '手机或电脑软件'), ('service', '后台服务（没有人登录）')], max_length=10),
        ),
        migrations.AlterField(
            model_name='system',
            name='state',
            field=models.CharField(choices=[('draft', '草稿'), ('under-review', '审核中'), ('approved', '已批准'), ('suspended', '已暂停'), ('retired', '已停用')], default='draft', max_length=12),
        ),
        AddConstraintNotValid(
            model_name='connection',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ('L0', 'L1', 'L2', 'L3'))), name='a_connections_level_is_known'),
        ),
        AddConstraintNotValid(
            model_name='connection',
            constraint=models.CheckConstraint(condition=models.Q(('telling__in', ['none', 'waiting', 'told', 'failed'])), name='a_telling_is_known'),
        ),
    ]
