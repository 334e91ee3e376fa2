"""What waits for the system administrator: the checks, the calendar, the jobs that failed, the backups."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.operations import queries
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation.rules import PostKind
from tongban.portal.operations import services, standings, words
from tongban.portal.operations.policies import SEE
from tongban.trust.backups import queries as backups


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to holders of the post. The administrator of a district is told about the calendar only."""
    actor = actor_of_request(request)
    if actor is None or not actor.has_post(PostKind.SYSTEM_ADMIN):
        return
    publishes = services.may_publish(actor)
    if not policy.can(SEE, actor, at=clock.now(), city=city().code):
        yield _line(standings.calendar(publishes=publishes))
        return
    yield from _checks(standings.standings(backups.outlook(), publishes=publishes))
    yield _jobs()


def _checks(found: list[standings.Standing]) -> Iterator[Waiting]:
    """Yield a line for each check that is not fine, and one for how many are, each counted once.

    A check with a page of its own has a line also while it is fine, from which its page is entered.
    """
    fine = [one for one in found if one.light == "green"]
    if fine:
        rest = "" if len(fine) == len(found) else "其余 "
        said = f"{rest}{len(fine)} 项检查都正常"
        yield Waiting("平台运行情况", said, "green", reverse("operation_pages:state"))
    for one in found:
        if one not in fine or one.href:
            yield _line(one)


def _line(one: standings.Standing) -> Waiting:
    return Waiting(one.title, one.in_brief, one.light, one.href or reverse("operation_pages:state"))


def _jobs() -> Waiting:
    failed = queries.failed_jobs(clock.now() - words.LOOKED_BACK)
    address = f"{reverse('operation_pages:state')}#jobs"
    if not failed:
        return Waiting("后台任务", "最近 7 天没有失败的任务", "green", address)
    return Waiting("后台任务", f"最近 7 天有 {failed} 个任务失败，打开看是哪些、怎么办", "red", address)
