"""Who may publish the working-day calendar. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator
from typing import TypedDict

from tongban.people.identity.policy import Clause, PolicyRequest, covers, policy, proved, same_device
from tongban.people.organisation.rules import PostKind

PUBLISH = "operations.publish-calendar"


class CalendarTarget(TypedDict):
    """What PUBLISH needs to know."""

    city: str
    """The division of the whole city, whose deadlines follow the calendar."""


@policy(PUBLISH, "市级系统管理员做过二次验证后，可以公布当年和以后年份的工作日历；每次留痕", privileged=True)
def publish(asked: PolicyRequest[CalendarTarget]) -> Iterator[Clause]:
    """Yield the clauses for publishing the calendar of a year."""
    city = asked.target["city"]
    met = any(p.kind == PostKind.SYSTEM_ADMIN and covers(p.division_code, city) for p in asked.actor.posts)
    yield Clause("管辖全市的系统管理员", met, "全市的工作日历由市级系统管理员公布，请和他们联系。")
    yield same_device(asked)
    yield proved(asked, within=5)
