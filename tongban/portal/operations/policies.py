"""Who may see how the platform runs, and publish the working-day calendar. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator

from tongban.people.identity.policy import CityTarget, Clause, PolicyRequest, for_the_city, policy, proved, same_device
from tongban.people.organisation.rules import PostKind

SEE, PUBLISH = "operations.see", "operations.publish-calendar"


@policy(SEE, "市级系统管理员可以查看平台的运行情况，包括失败的后台任务和备份")
def see(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for seeing the checks, failed jobs and backups, which are those of the whole city."""
    yield for_the_city(
        asked, PostKind.SYSTEM_ADMIN, refusal="全市平台的运行情况由市级系统管理员查看，需要时请和他们联系。"
    )


@policy(PUBLISH, "市级系统管理员做过二次验证后，可以公布当年和以后年份的工作日历；每次留痕", privileged=True)
def publish(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for publishing the calendar of a year, which all deadlines of the city follow."""
    yield for_the_city(asked, PostKind.SYSTEM_ADMIN, refusal="全市的工作日历由市级系统管理员公布，请和他们联系。")
    yield same_device(asked)
    yield proved(asked, within=5)
