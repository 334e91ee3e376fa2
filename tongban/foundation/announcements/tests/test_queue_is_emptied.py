"""Jobs that a transactional test leaves in the queue do not run in the next test."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation.announcements import tasks
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ids import new_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_queue(turn):
    assert not ProcrastinateJob.objects.exists()
    assert run_pending_jobs() == 0
    tasks.deliver.defer(entry_id=str(new_id()), subscriber="nobody")
