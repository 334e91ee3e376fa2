from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='idempotencykey', name='one_answer_per_idempotency_key'),
        migrations.RenameField(model_name='idempotencykey', old_name='token', new_name='bearer'),
        migrations.AlterField(model_name='idempotencykey', name='bearer', field=models.UUIDField()),
        migrations.AddConstraint(
            model_name='idempotencykey',
            constraint=models.UniqueConstraint(fields=('bearer', 'key'), name='one_answer_per_idempotency_key'),
        ),
    ]
