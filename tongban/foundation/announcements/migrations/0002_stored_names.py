"""Subscribers are stored as `room.function`, no longer by the path of their module."""

from django.db import migrations

PATH = r"^tongban\.[a-z]+\.([a-z]+)\.subscribers\.([a-z_]+)$"

RENAME_DELIVERIES = rf"""
    UPDATE announcements_delivery SET subscriber = regexp_replace(subscriber, '{PATH}', '\1.\2')
    WHERE subscriber LIKE 'tongban.%'
"""
RENAME_JOBS = rf"""
    UPDATE procrastinate_jobs
    SET args = jsonb_set(args, '{{subscriber}}', to_jsonb(regexp_replace(args->>'subscriber', '{PATH}', '\1.\2')))
    WHERE task_name = 'announcements.deliver' AND args->>'subscriber' LIKE 'tongban.%'
"""


class Migration(migrations.Migration):
    dependencies = [("announcements", "0001_initial"), ("procrastinate", "0001_initial")]
    operations = [
        migrations.RunSQL(RENAME_DELIVERIES, migrations.RunSQL.noop),
        migrations.RunSQL(RENAME_JOBS, migrations.RunSQL.noop),
    ]
