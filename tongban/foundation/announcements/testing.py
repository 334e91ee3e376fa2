"""For tests: run what is queued, in this process and on this connection, until nothing is left."""

from typing import Any

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def run_pending_jobs(limit: int = 500) -> int:
    """Run queued jobs in their order as the worker would; returns how many ran. A failing job raises."""
    ran = 0
    while ran < limit:
        job = ProcrastinateJob.objects.filter(status="todo").exclude(queue_name="periodic").order_by("id").first()
        if job is None:
            return ran
        task: Any = app.tasks[job.task_name]
        _set_status(job.id, "doing")
        task(**job.args)
        _set_status(job.id, "succeeded")
        ran += 1
    raise AssertionError(f"more than {limit} jobs: does one queue itself for ever?")


def _set_status(job_id: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", [status, job_id]
        )
