"""What backups tell operations: whether they are made, and whether the newest one was restored on trial."""

from django.conf import settings

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.backups import queries


def register() -> None:
    health.register("backups", state)


def state() -> Finding:
    """It takes no server out of use; an operator must look into it. A trial on one's own machine needs no backups."""
    backup, drill, alarms = queries.newest_backup(), queries.newest_drill(), queries.alarms()
    return Finding(
        ok=not alarms or not (settings.PRODUCTION or settings.BACKUP_TO),
        detail={
            "newest": backup.began_at.isoformat() if backup else None,
            "newest_drill": drill.at.isoformat() if drill else None,
            "alarms": alarms,
        },
    )
