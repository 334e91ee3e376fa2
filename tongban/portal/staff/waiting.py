"""What waits for the system administrator about the people of their region: empty posts, and offers."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from tongban.handling.cases import queries as cases
from tongban.people.identity import queries as identity
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department
from tongban.people.organisation.rules import POST_LABELS, PostKind

NAMED = 3
"""How many posts at which cases stop get a line of their own."""


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to holders of the post."""
    actor = actor_of_request(request)
    if actor is None or not actor.has_post(PostKind.SYSTEM_ADMIN):
        return
    places = [post.division_code for post in actor.posts if post.kind == PostKind.SYSTEM_ADMIN]
    managed = organisation.departments_managed([], places)
    gaps = identity.gaps_at(managed)
    yield from _posts(managed, gaps.vacant)
    words = f"{gaps.offers} 份任职邀请等待本人答复" if gaps.offers else "没有等待答复的任职邀请"
    yield Waiting("任职邀请", words, "green", reverse("staff:departments"))


def _posts(managed: QuerySet[Department], vacant: int) -> Iterator[Waiting]:
    """Yield the posts at which cases stop, those with the most cases first, and then how many others are vacant."""
    held = identity.kinds_held()
    unheld = [row for row in cases.open_steps_by_post() if row[:2] not in held]
    places = managed.filter(id__in={row[0] for row in unheld})
    names = dict(places.values_list("id", "name")) if unheld else {}
    stopped = sorted((row for row in unheld if row[0] in names), key=lambda row: (-row[2], str(row[0]), row[1]))
    for department_id, kind, number in stopped[:NAMED]:
        post = POST_LABELS.get(PostKind(kind), kind)
        words = f"{names[department_id]}的{post}没有人，{number} 个办件停在这里，请任命"
        yield Waiting("岗位", words, "red", reverse("staff:department", args=[department_id]))
    if len(stopped) > NAMED:
        number = sum(row[2] for row in stopped[NAMED:])
        words = f"还有 {len(stopped) - NAMED} 处没有人，{number} 个办件停在那里，请任命"
        yield Waiting("岗位", words, "red", reverse("staff:departments"))
    words = f"{vacant} 个岗位没有人" + ("" if stopped else "，现在没有办件因此停下") if vacant else "每个岗位都有人"
    yield Waiting("空缺岗位", words, "green", reverse("staff:departments"))
