import django.db.models.deletion
import tongban.foundation.ids
from django.db import migrations, models

from tongban.trust.ledger.append_only import AppendOnly

# For each statement, not for each row: COPY and INSERT of many rows pay once.
NOTE_ENTRIES = """
CREATE FUNCTION ledger_note_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_pending (entry_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_noted AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_note_entries();
INSERT INTO ledger_pending (entry_id) SELECT id FROM ledger_entry;
"""
FORGET = "DROP TRIGGER ledger_entry_noted ON ledger_entry; DROP FUNCTION ledger_note_entries();"


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Node',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'index', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.PositiveSmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_node',
            },
        ),
        migrations.CreateModel(
            name='Pending',
            fields=[
                ('entry_id', models.UUIDField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'ledger_pending',
            },
        ),
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('id', models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True)),
                ('public_key', models.BinaryField()),
                ('added_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'ledger_witness',
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('signature', models.BinaryField()),
                ('key_id', models.CharField(max_length=80)),
            ],
            options={
                'db_table': 'ledger_head',
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='head_of_leaves')],
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.UUIDField(unique=True)),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_leaf',
                'constraints': [models.CheckConstraint(condition=models.Q(('position__gte', 0)), name='leaf_position')],
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('signature', models.BinaryField()),
                ('head', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.head')),
                ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.witness')),
            ],
            options={
                'db_table': 'ledger_cosignature',
                'constraints': [models.UniqueConstraint(fields=('witness', 'head'), name='one_cosignature_each')],
            },
        ),
        *[AppendOnly(table) for table in ("ledger_leaf", "ledger_node", "ledger_head", "ledger_cosignature")],
        migrations.RunSQL(NOTE_ENTRIES, FORGET),
    ]
