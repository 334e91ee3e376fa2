"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_lists_of_an_applicant'),
        ('organisation', '0003_posts_are_told'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='channel',
            field=models.CharField(choices=[('online', '网上'), ('window', '窗口'), ('api', '系统接口')], default='online', max_length=10),
        ),
        migrations.AlterField(
            model_name='casematerial',
            name='way',
            field=models.CharField(choices=[('licence', 'licence'), ('data', 'data'), ('form', 'form'), ('commitment', 'commitment'), ('upload', 'upload'), ('produced', 'produced')], max_length=12),
        ),
        migrations.AlterField(
            model_name='step',
            name='kind',
            field=models.CharField(choices=[('accept', 'accept'), ('opinion', 'opinion'), ('decide', 'decide'), ('make', 'make'), ('deliver', 'deliver'), ('machine', 'machine')], max_length=10),
        ),
        migrations.AlterField(
            model_name='step',
            name='outcome',
            field=models.CharField(blank=True, choices=[('accepted', 'accepted'), ('not_accepted', 'not_accepted'), ('correction', 'correction'), ('agree', 'agree'), ('disagree', 'disagree'), ('granted', 'granted'), ('denied', 'denied'), ('made', 'made'), ('delivered', 'delivered')], max_length=20),
        ),
        migrations.AlterField(
            model_name='step',
            name='post',
            field=models.CharField(blank=True, choices=[('window', '窗口'), ('handler', '经办'), ('head', '负责人'), ('supervisor', '监督')], max_length=12),
        ),
        AddConstraintNotValid(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['bundle', 'item'])), name='an_application_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['online', 'window', 'api'])), name='an_application_channel_is_known'),
        ),
        AddConstraintNotValid(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'closed', 'discarded'])), name='an_application_state_is_known'),
        ),
        AddConstraintNotValid(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['', 'granted', 'denied'])), name='a_case_decision_is_known'),
        ),
        AddConstraintNotValid(
            model_name='casematerial',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['licence', 'data', 'form', 'commitment', 'upload', 'produced'])), name='a_material_way_is_known'),
        ),
        AddConstraintNotValid(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['accept', 'opinion', 'decide', 'make', 'deliver', 'machine'])), name='a_step_kind_is_known'),
        ),
        AddConstraintNotValid(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('post__in', ['', 'window', 'handler', 'head', 'supervisor'])), name='a_step_post_is_known'),
        ),
        AddConstraintNotValid(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'open', 'done', 'cancelled'])), name='a_step_state_is_known'),
        ),
        AddConstraintNotValid(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'accepted', 'not_accepted', 'correction', 'agree', 'disagree', 'granted', 'denied', 'made', 'delivered'])), name='a_step_outcome_is_known'),
        ),
    ]
