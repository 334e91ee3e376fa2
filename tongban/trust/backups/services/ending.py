"""The end of a restore, inside the restored platform: examine it, declare the ledger's new epoch, let nobody in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from tongban.foundation.announcements.ports import Recorded
from tongban.trust.backups.errors import RestoreRefused
from tongban.trust.backups.services.drilling import SAMPLE, examine
from tongban.trust.files import services as files
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger import services as ledger_services


def end_restore(
    manifest: dict[str, Any],
    names: set[str],
    *,
    who: str,
    reason: str,
    earlier: list[Any],
    actor: Recorded,
    say: Callable[[str], Any],
) -> dict[str, Any]:
    """Bring the database to this version, examine all, open the epoch; returns the declarations of all epochs as
    JSON. RestoreRefused says what does not fit, and then the place stays marked as unfinished."""
    _check_version()
    if settings.FILE_STORE:
        say(f"文件放进文件库：{files.hand_over(settings.FILE_FOLDER)} 个。")
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
    """A backup of a newer platform is refused: this one does not know its tables."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations) | {one for done in loader.disk_migrations.values() for one in done.replaces}
    ours = {app for app, _ in loader.disk_migrations}
    unknown = sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in known
    )
    if unknown:
        raise RestoreRefused(f"这份备份来自更新版本的平台（{unknown[0]}），请用做备份的版本或更新的版本恢复。")
