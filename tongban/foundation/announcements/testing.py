"""For tests: run the queued jobs in this process and on this connection until none is left."""

import inspect
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation import clock

if TYPE_CHECKING:
    from django.apps import AppConfig


def run_pending_jobs(limit: int = 500) -> int:
    """Run the due jobs in the worker's order and return how many ran.

    Works inside and outside a test's transaction. A failing job is marked as failed and its error is raised; a worker
    would roll back the job's transaction and retry later.
    """
    ran = 0
    while ran < limit:
        due = Q(scheduled_at=None) | Q(scheduled_at__lte=clock.now())
        waiting = ProcrastinateJob.objects.filter(due, status="todo").exclude(queue_name="periodic")
        job = waiting.order_by("-priority", "id").first()
        if job is None:
            return ran
        task = app.tasks[job.task_name]
        _set_status(job.id, "doing")
        try:
            if inspect.iscoroutinefunction(task.func):
                async_to_sync(task.func)(**job.args)
            else:
                task(**job.args)
        except Exception:
            _set_status(job.id, "failed")
            raise
        _set_status(job.id, "succeeded")
        ran += 1
    raise AssertionError(f"more than {limit} jobs: does a job keep queueing itself?")


@receiver(post_migrate, dispatch_uid="announcements.testing")
def _empty_queue(app_config: "AppConfig", **_: object) -> None:
    """Empty the queue after a transactional test. Django sends this signal then, but leaves procrastinate's tables."""
    if app_config.label == "announcements":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs")


def _set_status(job_id: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", [status, job_id]
        )
