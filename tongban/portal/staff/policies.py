"""Who may ask why an account may or may not handle a case. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator

from tongban.people.identity.policy import CityTarget, Clause, PolicyRequest, for_the_city, policy
from tongban.people.organisation.rules import ADMINISTRATORS

EXPLAIN = "staff.explain-decision"


@policy(EXPLAIN, "市级系统、安全、审计管理员可以查看某个账号能不能办某件，以及为什么")
def explain(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for explaining decisions about any account and any case of the city."""
    yield for_the_city(asked, *ADMINISTRATORS, refusal="全市账号和办件的判定由市级管理员查看，需要时请和他们联系。")
