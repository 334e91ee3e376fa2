"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0012_whose_accounts_are'),
        ('organisation', '0003_posts_are_told'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='administers',
            field=models.CharField(blank=True, choices=[('system-admin', '系统管理员'), ('security-admin', '安全管理员'), ('audit-admin', '审计管理员')], default='', max_length=16),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='channel',
            field=models.CharField(choices=[('online', '网上'), ('window', '窗口'), ('api', '系统接口')], default='online', max_length=10),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='ended_because',
            field=models.CharField(blank=True, choices=[('principal', 'principal'), ('helper', 'helper'), ('declined', 'declined'), ('lapsed', 'lapsed'), ('unconfirmed', 'unconfirmed'), ('guardianship', 'guardianship')], max_length=20),
        ),
        migrations.AlterField(
            model_name='offer',
            name='answer',
            field=models.CharField(blank=True, choices=[('accepted', '已接受'), ('declined', '未接受'), ('withdrawn', '已撤回')], default='', max_length=10),
        ),
        AddConstraintNotValid(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('administers__in', ['', 'system-admin', 'security-admin', 'audit-admin'])), name='an_appointments_administrator_is_known'),
        ),
        AddConstraintNotValid(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['agent', 'family', 'help', 'guardian'])), name='a_mandate_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('reach__in', ['all', 'themes', 'items'])), name='a_mandate_reach_is_known'),
        ),
        AddConstraintNotValid(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['online', 'window', 'api'])), name='a_mandate_channel_is_known'),
        ),
        AddConstraintNotValid(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('ended_because__in', ['', 'principal', 'helper', 'declined', 'lapsed', 'unconfirmed', 'guardianship'])), name='a_mandate_ending_is_known'),
        ),
        AddConstraintNotValid(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('organisation_kind__in', ['', 'enterprise', 'business', 'institution', 'society', 'agency', 'other'])), name='an_organisation_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('document__in', ['seen', 'read'])), name='a_visits_document_is_seen_or_read'),
        ),
    ]
