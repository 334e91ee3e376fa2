"""Tasks of the queue `backups`, which has its own worker: nightly backups and weekly drills."""

import logging
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

log = logging.getLogger("tongban.backups")


@app.periodic(cron=settings.BACKUP_CRON)
@app.task(name="backups.make", queue="backups", lock="backups", queueing_lock="backups.make")
def make(timestamp: int) -> None:
    """Make a backup: incremental if possible, otherwise full, and a full one every week."""
    from tongban.trust.backups.services import regular

    if settings.BACKUP_TO and settings.BACKUP_ESCROW:
        regular.make_due(Path(settings.BACKUP_TO), Path(settings.BACKUP_ESCROW))


@app.periodic(cron=settings.BACKUP_DRILL_CRON)
@app.task(name="backups.drill", queue="backups", lock="backups", queueing_lock="backups.drill")
def drill(timestamp: int) -> None:
    from tongban.trust.backups.services import regular

    if settings.BACKUP_TO:
        regular.drill_due(Path(settings.BACKUP_TO))


@app.periodic(cron="0 * * * *")
@app.task(name="backups.watch", queue="periodic")
def watch(timestamp: int) -> None:
    """Log every problem that an operator must look into, each hour until it is solved."""
    from tongban.trust.backups import queries

    if settings.BACKUP_TO:
        for alarm in queries.alarms():
            log.error("%s", alarm)
