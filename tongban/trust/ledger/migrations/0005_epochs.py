from django.db import migrations, models

from tongban.trust.ledger.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_entries_of_principal'),
    ]

    operations = [
        migrations.CreateModel(
            name='Epoch',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('entry_id', models.UUIDField(unique=True)),
                ('backup', models.CharField(max_length=80)),
                ('who', models.CharField(max_length=80)),
                ('reason', models.CharField(max_length=300)),
                ('signature', models.BinaryField()),
                ('key_id', models.CharField(max_length=80)),
            ],
            options={
                'db_table': 'ledger_epoch',
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gt', 1), ('size__gt', 0)), name='epoch_is_declared')],
            },
        ),
        AppendOnly("ledger_epoch"),
    ]
