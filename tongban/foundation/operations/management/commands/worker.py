"""`manage.py worker`: process the queues, resume jobs of killed workers, send heartbeats, run the rooms' companions."""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from tongban.foundation import tracing
from tongban.foundation.operations import folder, heartbeats
from tongban.foundation.operations.companions import Companion, companions
from tongban.foundation.operations.queues import queues

logger = logging.getLogger("tongban.worker")


class Command(BaseCommand):
    help = "Run the worker until it receives SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4)

    def handle(self, *args: object, concurrency: int, **options: object) -> None:
        folder.use(settings.DATA_FOLDER)
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            asyncio.run(_work(worker_app, concurrency))


async def _work(worker_app: App, concurrency: int) -> None:
    async with worker_app.open_async():
        runs = [_serve(worker_app, [queue.name for queue in queues if queue.own is None], "main", concurrency)]
        runs += [_serve(worker_app, [queue.name], queue.name, queue.own) for queue in queues if queue.own is not None]
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
            if not job.cancelled() and (error := job.exception()) is not None:
                raise error


async def _serve(worker_app: App, served: list[str], name: str, concurrency: int) -> None:
    """Run one worker for the queues `served` until it is cancelled."""
    await worker_app.run_worker_async(
        queues=served,
        name=name,
        concurrency=concurrency,
        update_heartbeat_interval=heartbeats.INTERVAL,
        stalled_worker_timeout=heartbeats.TIMEOUT,
        install_signal_handlers=False,
        shutdown_graceful_timeout=10,
        worker_middleware=[_traced],
    )


async def _traced(run: Callable[[], Awaitable[object]], context: JobContext, worker: Worker) -> object:
    """Run each job under its own trace, which its calls to external services pass on."""
    with tracing.within(tracing.trace_of()):
        return await run()


async def _accompany(companion: Companion) -> None:
    """Run a room's companion in a thread until the worker stops."""
    stop = threading.Event()
    thread = asyncio.create_task(asyncio.to_thread(companion, stop))
    try:
        await asyncio.shield(thread)
    finally:
        stop.set()
        await thread


async def _resume_stalled(worker_app: App) -> None:
    """Queue the jobs of killed workers again. A job is one transaction, so an interrupted one left nothing behind."""
    works = True
    while True:
        works = await resume_once(worker_app, works=works)
        await asyncio.sleep(heartbeats.INTERVAL)


async def resume_once(worker_app: App, *, works: bool) -> bool:
    """Queue the jobs of killed workers again, and return whether that works.

    The database may be unavailable for a while; then the next round tries again. `works` is the result of the last
    round: only a change is logged.
    """
    try:
        for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=heartbeats.TIMEOUT):
            logger.warning("job %s (%s) was left by a dead worker and is queued again", job.id, job.task_name)
            await worker_app.job_manager.retry_job(job)
    except ConnectorException as failure:
        if works:
            logger.warning("the jobs of dead workers cannot be queued again: %s", failure.__cause__ or failure)
        return False
    if not works:
        logger.warning("the jobs of dead workers can be queued again")
    return True
