"""Two departments with their posts and officers, and two citizens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor, machine
from tongban.people.organisation import services as organisation
from tongban.people.workorders import services
from tongban.people.workorders.models import WorkOrder

BY = machine("test")
POLICE, HEALTH = "市公安局", "市卫生健康委员会"
TEXT = "十一月三日去窗口办落户，被告知系统坏了，三次都没办成。"


def at(text: str):
    """Return a moment in the city's time, e.g. `2026-09-28 10:00`."""
    return clock.at_moment(datetime.fromisoformat(text).replace(tzinfo=clock.CITY_TIME))


@dataclass
class Town:
    departments: dict[str, UUID]
    posts: dict[tuple[str, str], UUID]
    people: dict[tuple[str, str], UUID]
    mother: Actor
    father: Actor

    def officer(self, department: str, kind: str) -> Actor:
        return identity_queries.actor_of_subject(self.people[department, kind])

    def raised(self, department: str = POLICE, by: Actor | None = None, **given) -> WorkOrder:
        given = {"kind": "not-done", "text": TEXT, "department_id": self.departments[department], **given}
        return services.raise_order(given.pop("kind"), actor=by or self.mother, **given)

    def answered(self, text: str = "已经补办，请明天来取。") -> WorkOrder:
        order, handler = self.raised(), self.officer(POLICE, "handler")
        services.take(order.id, actor=handler)
        return services.answer(order.id, outcome="solved", text=text, actor=handler)


@pytest.fixture
def town(db) -> Town:
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    departments, posts, people = {}, {}, {}
    with at("2026-01-05 09:00"):
        for index, name in enumerate((POLICE, HEALTH), 1):
            body = f"11990100MB{index:07d}"
            departments[name] = organisation.establish_department(
                name,
                short_name=name[1:4],
                short_code=f"{index:03d}",
                uscc=body + credit_code_check(body),
                division_code="990100",
                actor=BY,
            ).id
            for kind in ("window", "handler", "head"):
                post = organisation.establish_post(departments[name], kind=kind, name=f"{kind}岗", actor=BY)
                posts[name, kind] = post.id
                officer = identity.register_person(name="王审核", division_code="990100", actor=BY)
                identity.appoint(officer.id, post_id=post.id, actor=BY)
                people[name, kind] = officer.id
        citizens = [
            identity_queries.actor_of_subject(identity.register_person(name=n, division_code="990100", actor=BY).id)
            for n in ("李文敏", "张建国")
        ]
    return Town(departments, posts, people, *citizens)
