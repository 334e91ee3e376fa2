"""`manage.py worker`: work off the queues, resume what a killed worker left, beat; and run the rooms' companions."""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate import App
from procrastinate.contrib.django import app

from tongban.foundation import tracing
from tongban.foundation.operations import folder
from tongban.foundation.operations.companions import Companion, companions
from tongban.foundation.operations.queues import queues

HEARTBEAT = 2.0
"""Seconds between heartbeats; a worker silent for `SILENT` is dead and its jobs are resumed."""
SILENT = 8.0
logger = logging.getLogger("tongban.worker")


class Command(BaseCommand):
    help = "Run the worker until it is asked to stop (SIGTERM, SIGINT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4)

    def handle(self, *args: Any, **options: Any) -> None:
        folder.use(settings.DATA_FOLDER)
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            asyncio.run(_work(worker_app, options["concurrency"]))


async def _work(worker_app: App, concurrency: int) -> None:
    async with worker_app.open_async():
        common: Any = {
            "update_heartbeat_interval": HEARTBEAT,
            "stalled_worker_timeout": SILENT,
            "install_signal_handlers": False,
            "shutdown_graceful_timeout": 10,
            "worker_middleware": [_traced],
        }
        shared = [queue.name for queue in queues if queue.own is None]
        runs = [worker_app.run_worker_async(queues=shared, name="main", concurrency=concurrency, **common)]
        runs += [
            worker_app.run_worker_async(queues=[queue.name], name=queue.name, concurrency=queue.own, **common)
            for queue in queues
            if queue.own is not None
        ]
        runs += [_accompany(companion) for companion in companions]
        jobs = [asyncio.create_task(run) for run in (*runs, _resume_stalled(worker_app))]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: [job.cancel() for job in jobs])
        done, pending = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in pending:
            job.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for job in done:
            if not job.cancelled() and job.exception() is not None:
                raise job.exception()  # type: ignore[misc]


async def _traced(run: Callable[[], Awaitable[Any]], context: Any, worker: Any) -> Any:
    """Each job is under a trace of its own, which its calls to services outside pass on."""
    with tracing.within(tracing.trace_of()):
        return await run()


async def _accompany(companion: Companion) -> None:
    """Run a room's companion in a thread until the worker ends."""
    stop = threading.Event()
    thread = asyncio.create_task(asyncio.to_thread(companion, stop))
    try:
        await asyncio.shield(thread)
    finally:
        stop.set()
        await thread


async def _resume_stalled(worker_app: App) -> None:
    """Queue again what a killed worker had begun; its work was one transaction, so nothing of it is left."""
    while True:
        with suppress(Exception):  # the database may be away for a moment: the next round tries again
            for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
                logger.warning("job %s (%s) was left by a dead worker and is queued again", job.id, job.task_name)
                await worker_app.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT)
