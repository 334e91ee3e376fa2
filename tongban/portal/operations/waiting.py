"""What waits for the system administrator: the checks, the jobs that failed, the backups."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.operations import queries
from tongban.foundation.ui.filters import cn_when
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation.rules import PostKind
from tongban.trust.backups import queries as backups

LOOKED_BACK = timedelta(days=7)
CHECKS = {
    "backups": "备份", "calendar": "工作日历", "database": "数据库", "files": "文件存储", "keys": "密钥",
    "ledger": "留痕账本", "migrations": "数据库结构", "scanner": "恶意代码扫描", "worker": "后台任务",
}  # fmt: skip
"""Names of checks in words; another check is shown under its own name."""


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to holders of the post."""
    actor = actor_of_request(request)
    if actor is None or not any(post.kind == PostKind.SYSTEM_ADMIN for post in actor.posts):
        return
    yield _health()
    yield _jobs()
    yield _backups()


def _health() -> Waiting:
    found = queries.readiness(fresh=True)
    wrong = [check for check in found.checks if not check.ok]
    if not wrong:
        words, state = f"{len(found.checks)} 项检查都正常", "green"
    else:
        named = "、".join(CHECKS.get(check.name, check.name) for check in wrong)
        words, state = f"{named}不正常，请打开看详情", "yellow" if found.ready else "red"
    return Waiting("平台运行情况", words, state, reverse("operation_pages:detail"))


def _jobs() -> Waiting:
    failed = queries.failed_jobs(clock.now() - LOOKED_BACK)
    if not failed:
        return Waiting("后台任务", "最近 7 天没有失败的任务")
    return Waiting("后台任务", f"最近 7 天有 {failed} 个任务失败，请按运行日志查明原因后重做", "red")


def _backups() -> Waiting:
    newest, alarms = backups.newest_backup(), backups.alarms()
    words = f"最新的备份 {cn_when(newest.began_at)} 开始" if newest is not None else ""
    return Waiting("备份和恢复演练", "；".join([*filter(None, [words]), *alarms]), "red" if alarms else "green")
