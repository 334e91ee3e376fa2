"""ASK: backups, drills, and what an operator must look into."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from tongban.foundation import clock
from tongban.trust.backups.models import Backup as Backup
from tongban.trust.backups.models import Drill as Drill


def newest_backup() -> Backup | None:
    """Return the newest backup that is kept."""
    return Backup.objects.filter(forgotten_at=None).order_by("-began_at").first()


def newest_drill(*, good: bool = False) -> Drill | None:
    """Return the newest drill, or with `good` the newest successful one."""
    rows = Drill.objects.order_by("-at")
    return (rows.filter(good=True) if good else rows).first()


def known(labels: Iterable[str]) -> set[str]:
    """Return those of the backup folders that this platform made and keeps."""
    return set(Backup.objects.filter(label__in=list(labels), forgotten_at=None).values_list("label", flat=True))


def drills(most: int) -> list[Drill]:
    """Return the `most` newest drills."""
    return list(Drill.objects.order_by("-at")[:most])


@dataclass(frozen=True)
class Outlook:
    """How backups and drills stand."""

    newest: Backup | None
    is_late: bool
    """Whether the newest backup is older than `BACKUP_HOURS`."""
    failed_drill: Drill | None
    """The newest drill, if it failed."""
    untested_days: int
    """The days since the last successful drill, or since the first backup without one; 0 up to `BACKUP_DRILL_DAYS`."""


def outlook() -> Outlook:
    """Return how backups and drills stand. Without any backup, drills are not looked at."""
    now, newest = clock.now(), newest_backup()
    if newest is None:
        return Outlook(None, is_late=False, failed_drill=None, untested_days=0)
    last = newest_drill()
    good = last if last is None or last.good else newest_drill(good=True)
    since = good.at if good else min(Backup.objects.order_by("began_at").values_list("began_at", flat=True)[:1])
    untested = now - since > timedelta(days=settings.BACKUP_DRILL_DAYS)
    return Outlook(
        newest,
        is_late=now - newest.began_at > timedelta(hours=settings.BACKUP_HOURS),
        failed_drill=last if last is not None and not last.good else None,
        untested_days=(now - since).days if untested else 0,
    )


def alarms() -> list[str]:
    """Return one sentence for each problem that an operator must look into.

    Without any backup, that is the only problem; drills are not mentioned.
    """
    stands = outlook()
    found = []
    if stands.newest is None:
        return ["还没有备份。请设置 TONGBAN_BACKUP_TO 和 TONGBAN_BACKUP_ESCROW，或运行 manage.py backup --to 目录。"]
    if stands.is_late:
        day = clock.legal_day(stands.newest.began_at)
        found.append(f"最新的备份是 {day} 做的，早于 {settings.BACKUP_HOURS} 小时。请查备份任务。")
    if stands.failed_drill is not None:
        day = clock.legal_day(stands.failed_drill.at)
        found.append(f"{day} 的恢复演练没有通过。运行 manage.py backup status 看原因。")
    if stands.untested_days:
        found.append(f"已有 {stands.untested_days} 天没有通过的恢复演练。运行 manage.py backup drill 查明原因。")
    return found
