"""What waits for the system administrator: the checks, the calendar, the jobs that failed, the backups."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.operations import queries
from tongban.foundation.ui.filters import cn_when
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays.checks import AHEAD, LAST_CALL
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation.rules import PostKind
from tongban.portal.operations import services, words
from tongban.portal.operations.policies import SEE
from tongban.trust.backups import queries as backups

APART = {"backups", "calendar"}
"""Checks that have lines of their own."""


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to holders of the post. The administrator of a district is told about the calendar only."""
    actor = actor_of_request(request)
    if actor is None or not actor.has_post(PostKind.SYSTEM_ADMIN):
        return
    sees = policy.can(SEE, actor, at=clock.now(), city=city().code)
    if sees:
        yield _health()
    yield _calendar(by_reader=services.may_publish(actor))
    if not sees:
        return
    yield _jobs()
    yield _backups()


def _health() -> Waiting:
    found = queries.findings(except_for=APART)
    wrong = [words.check_of(check.name)[0] for check in found.checks if not check.ok]
    address = reverse("operation_pages:state")
    if not wrong:
        return Waiting("平台运行情况", f"{len(found.checks)} 项检查都正常", "green", address)
    state = "yellow" if found.ready else "red"
    return Waiting("平台运行情况", f"{'、'.join(wrong)}不正常，打开看怎么办", state, address)


def _calendar(*, by_reader: bool) -> Waiting:
    """Return the line of the calendar, and who is to publish what is missing."""
    please = "请" if by_reader else "请市级系统管理员"
    found = workdays.outlook(clock.legal_day(clock.now()), ahead=AHEAD, last_call=LAST_CALL)
    address = reverse("operation_pages:calendar")
    if found.missing:
        said = f"{_years(found.missing)} 年放假安排尚未导入，在办件的期限已经算到那一年，{please}导入"
        return Waiting("工作日历", said, "yellow", address)
    if found.late:
        return Waiting(
            "工作日历", f"{_years(found.late)} 年放假安排还是暂定的，{please}照正式通知导入", "yellow", address
        )
    return Waiting("工作日历", "要用到的年份都已导入", "green", address)


def _years(years: list[int]) -> str:
    return "、".join(str(year) for year in years)


def _jobs() -> Waiting:
    failed = queries.failed_jobs(clock.now() - words.LOOKED_BACK)
    address = f"{reverse('operation_pages:state')}#jobs"
    if not failed:
        return Waiting("后台任务", "最近 7 天没有失败的任务", "green", address)
    return Waiting("后台任务", f"最近 7 天有 {failed} 个任务失败，打开看是哪些、怎么办", "red", address)


def _backups() -> Waiting:
    stands = backups.outlook()
    wrong = list(words.backups_wrong(stands))
    address = f"{reverse('operation_pages:state')}#backups"
    if wrong:
        return Waiting("备份和恢复演练", "；".join([*wrong, "打开看怎么办"]), "red", address)
    said = f"最近的备份 {cn_when(stands.newest.began_at)} 开始" if stands.newest is not None else ""
    return Waiting("备份和恢复演练", said, "green", address)
