"""Who may search the records, look up a person or export entries. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator

from tongban.people.identity.policy import (
    CityTarget,
    Clause,
    PolicyRequest,
    for_purpose,
    for_the_city,
    policy,
    proved,
    same_device,
)
from tongban.people.identity.purposes import TO_AUDIT
from tongban.people.organisation.rules import PostKind

AUDITOR = PostKind.AUDIT_ADMIN
SEARCH, LOOK_UP, EXPORT = "audit.search", "audit.look-up", "audit.export"


@policy(SEARCH, "市级审计管理员可以查阅全市的留痕记录")
def search(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for reading the records, which are those of the whole city."""
    yield _audits_city(asked)


@policy(
    LOOK_UP,
    "市级审计管理员写明使用目的、做过二次验证后，可以按证件号查找一个人的记录；每次留痕，本人可以查看",
    privileged=True,
)
def look_up(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for looking up a person by number."""
    yield from _audits(asked)


@policy(EXPORT, "市级审计管理员写明使用目的、做过二次验证后，可以导出一页审计记录；每次留痕", privileged=True)
def export(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for exporting a page of entries."""
    yield from _audits(asked)


def _audits(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    yield _audits_city(asked)
    yield for_purpose(asked, TO_AUDIT)
    yield same_device(asked)
    yield proved(asked, within=5)


def _audits_city(asked: PolicyRequest[CityTarget]) -> Clause:
    return for_the_city(asked, AUDITOR, refusal="全市的留痕记录由市级审计管理员查阅、查找和导出，需要时请和他们联系。")
