"""Close the sets of kinds: new rows are checked from now on. The next migration checks those that are there.

Two migrations, two transactions: the first locks each table for an instant, the second reads it while others write.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0013_known_kinds'),
        ('signin', '0004_which_account_was_proved'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='code',
            name='purpose',
            field=models.CharField(choices=[('sign-in', 'sign-in'), ('register', 'register'), ('reset', 'reset'), ('phone', 'phone'), ('confirm', 'confirm')], max_length=20),
        ),
        migrations.AlterField(
            model_name='proof',
            name='kind',
            field=models.CharField(choices=[('phone', '手机号短信验证'), ('number', '姓名和公民身份号码比对人口库'), ('carrier', '运营商三要素核验'), ('bank-card', '银行卡三要素核验'), ('window', '窗口核验本人和证件'), ('face', '人像比对'), ('network-id', '国家网络身份认证'), ('national-platform', '国家政务服务平台')], max_length=20),
        ),
        AddConstraintNotValid(
            model_name='code',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['sign-in', 'register', 'reset', 'phone', 'confirm'])), name='a_code_use_is_known'),
        ),
        AddConstraintNotValid(
            model_name='proof',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['phone', 'number', 'carrier', 'bank-card', 'window', 'face', 'network-id', 'national-platform'])), name='a_proof_kind_is_known'),
        ),
    ]
