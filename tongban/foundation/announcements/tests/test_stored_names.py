"""Jobs and deliveries of platforms that stored subscribers by the path of their module."""

from importlib import import_module

import pytest
from django.db import connection

from tongban.foundation.announcements.models import Delivery
from tongban.foundation.ids import new_id
from tongban.foundation.operations.jobs import defer

MIGRATION = import_module("tongban.foundation.announcements.migrations.0002_stored_names")
OLD = {
    "tongban.foundation.signin.subscribers.account_closed": "signin.account_closed",
    "tongban.foundation.api.subscribers.account_closed": "api.account_closed",
    "tongban.portal.window.subscribers.proof_objected": "window.proof_objected",
}


@pytest.mark.django_db
def test_subscribers_stored_by_path_get_their_names_and_keep_their_jobs():
    entry = new_id()
    for path in OLD:
        Delivery.objects.create(entry_id=entry, subscriber=path)
        defer("announcements.deliver", {"entry_id": str(entry), "subscriber": path})
    with connection.cursor() as cursor:
        for statement in (MIGRATION.RENAME_DELIVERIES, MIGRATION.RENAME_JOBS):
            cursor.execute(statement)
        cursor.execute("SELECT args->>'subscriber' FROM procrastinate_jobs WHERE task_name = 'announcements.deliver'")
        queued = sorted(name for (name,) in cursor.fetchall())
    assert sorted(Delivery.objects.values_list("subscriber", flat=True)) == queued == sorted(OLD.values())
