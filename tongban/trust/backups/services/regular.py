"""The scheduled backup and drill."""

import logging
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.operations import postgres
from tongban.trust.backups import escrow
from tongban.trust.backups.errors import BackupRefused
from tongban.trust.backups.models import Backup
from tongban.trust.backups.services.drilling import hold_drill
from tongban.trust.backups.services.keeping import forget_old
from tongban.trust.backups.services.making import make

FULL_EVERY = timedelta(days=7)
log = logging.getLogger("tongban.backups")


def make_due(repository: Path, escrow_pem: Path) -> Backup:
    """Make tonight's backup and remove old ones. Raises BackupRefused."""
    actor, escrow_key = machine("backups.nightly"), escrow.public_of(escrow_pem)
    embedded = postgres.is_server_of(settings.DATABASE_OWNER_URL, settings.DATA_FOLDER / "postgres")
    lately = Backup.objects.filter(kind="full", forgotten_at=None, began_at__gt=clock.now() - FULL_EVERY)
    made = None
    if embedded and lately.exists():
        try:
            made = make(repository, escrow_key=escrow_key, incremental=True, actor=actor)
        except BackupRefused as refused:
            log.warning("no incremental backup, so a full one is made: %s", refused.message)
    made = made or make(repository, escrow_key=escrow_key, actor=actor)
    forget_old(repository, keep=settings.BACKUP_KEEP, actor=actor)
    return made


def drill_due(repository: Path) -> None:
    """Run this week's drill."""
    hold_drill(repository, actor=machine("backups.drill"))
