"""Health check of backups: they are made regularly, and drills succeed."""

from django.conf import settings

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.backups import queries


def register() -> None:
    health.register("backups", state)


def state() -> Finding:
    """Return the state of backups and drills.

    A failure does not take a server out of rotation, but an operator must look into it. Outside production, a platform
    without a backup folder is healthy.
    """
    backup, drill, alarms = queries.newest_backup(), queries.newest_drill(), queries.alarms()
    return Finding(
        ok=not alarms or not (settings.PRODUCTION or settings.BACKUP_TO),
        detail={
            "newest": backup.began_at.isoformat() if backup else None,
            "newest_drill": drill.at.isoformat() if drill else None,
            "alarms": alarms,
        },
    )
