"""The worker queues the jobs of dead workers again; while the database is away, it says so once."""

import asyncio
from types import SimpleNamespace

import pytest
from procrastinate.exceptions import ConnectorException

from tongban.foundation.operations.management.commands.worker import resume_once


class Jobs:
    """A job manager with one stalled job; it fails as long as `failure` is set."""

    def __init__(self, failure=None):
        self.failure, self.retried = failure, []

    async def get_stalled_jobs(self, *, seconds_since_heartbeat):
        if self.failure:
            raise self.failure
        return [SimpleNamespace(id=7, task_name="cases.decide")]

    async def retry_job(self, job):
        self.retried.append(job.id)


def once(jobs, works):
    return asyncio.run(resume_once(SimpleNamespace(job_manager=jobs), works=works))


def messages(caplog):
    return [one.message for one in caplog.records]


def test_a_job_of_a_dead_worker_is_queued_again(caplog):
    jobs = Jobs()
    assert once(jobs, works=True)
    assert jobs.retried == [7]
    assert messages(caplog) == ["job 7 (cases.decide) was left by a dead worker and is queued again"]


def test_an_unreachable_database_and_its_return_are_each_logged_once(caplog):
    jobs, works = Jobs(ConnectorException("connection refused")), True
    for _ in range(3):
        works = once(jobs, works=works)
    assert not works
    assert messages(caplog) == ["the jobs of dead workers cannot be queued again: connection refused"]
    jobs.failure = None
    caplog.clear()
    assert once(jobs, works=works)
    assert messages(caplog)[-1] == "the jobs of dead workers can be queued again"


def test_an_unexpected_error_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        once(Jobs(ZeroDivisionError()), works=True)
