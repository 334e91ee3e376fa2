import tongban.trust.crypto.fields
import tongban.foundation.ids
from django.db import migrations, models

from tongban.trust.ledger.append_only import AppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('full', '全量'), ('incremental', '增量')], max_length=12)),
                ('parent', models.CharField(blank=True, default='', max_length=40)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('place', models.CharField(max_length=300)),
                ('size', models.BigIntegerField()),
                ('file_count', models.PositiveIntegerField()),
                ('ledger_size', models.BigIntegerField()),
                ('key', tongban.trust.crypto.fields.EncryptedTextField(editable=True)),
                ('forgotten_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'backups_backup',
                'indexes': [models.Index(fields=['-began_at'], name='backups_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['full', 'incremental'])), name='backup_kind'), models.CheckConstraint(condition=models.Q(('ended_at__gte', models.F('began_at'))), name='backup_ends')],
            },
        ),
        migrations.CreateModel(
            name='Drill',
            fields=[
                ('id', models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('backup', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('seconds', models.FloatField()),
                ('good', models.BooleanField()),
                ('findings', models.JSONField(default=list)),
            ],
            options={
                'db_table': 'backups_drill',
                'indexes': [models.Index(fields=['-at'], name='drills_by_time')],
            },
        ),
        AppendOnly("backups_drill"),
    ]
