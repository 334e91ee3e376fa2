"""Finishes a restore inside the restored platform: examines it, declares a new epoch, and ends all sessions."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from tongban.foundation.announcements.ports import EventActor
from tongban.trust.backups.archive import Manifest
from tongban.trust.backups.errors import RestoreRefused
from tongban.trust.backups.services.drilling import SAMPLE, examine
from tongban.trust.files import services as files
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger import services as ledger_services


def end_restore(
    manifest: Manifest,
    names: set[str],
    *,
    who: str,
    reason: str,
    earlier: Sequence[ledger.ServedEpochJson],
    actor: EventActor,
    say: Callable[[str], object],
) -> dict[str, list[ledger.ServedEpochJson]]:
    """Migrate and examine the database, open the epoch, and return the declarations of all epochs as JSON.

    Raises RestoreRefused when something is wrong; the target then stays marked as unfinished.
    """
    _check_version()
    if settings.FILE_STORE:
        say(f"文件放进文件库：{files.import_folder(settings.FILE_FOLDER)} 个。")
    say("核对恢复出来的数据……")
    findings = examine(manifest, names, sorted(names)[:SAMPLE], migrating=True)
    if findings:
        raise RestoreRefused("恢复出来的数据与备份不符：\n" + "\n".join(findings))
    with transaction.atomic():
        if ledger.tree_size():
            ledger_services.open_epoch(backup=manifest["id"], who=who, reason=reason, earlier=earlier, actor=actor)
        Session.objects.all().delete()
    return {"epochs": [ledger.epoch_as_json(one) for one in ledger.declared_epochs()]}


def _check_version() -> None:
    """Raise RestoreRefused for a backup of a newer version, whose tables this version does not know."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations) | {one for done in loader.disk_migrations.values() for one in done.replaces}
    ours = {app for app, _ in loader.disk_migrations}
    unknown = sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in known
    )
    if unknown:
        raise RestoreRefused(f"这份备份来自更新版本的平台（{unknown[0]}），请用做备份的版本或更新的版本恢复。")
