"""What waits for the system administrator about people: offers of posts, and posts that nobody holds."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.people.identity import queries as identity
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation.rules import PostKind


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to holders of the post."""
    actor = actor_of_request(request)
    if actor is None or not any(post.kind == PostKind.SYSTEM_ADMIN for post in actor.posts):
        return
    vacant, offers = identity.vacant_posts(), identity.open_offers()
    words = f"{vacant} 个岗位没有人，业务可能无人办理，请任命或补人" if vacant else "每个岗位都有人"
    yield Waiting("岗位", words, "yellow" if vacant else "green", reverse("staff:departments"))
    words = f"{offers} 份任职邀请等待本人答复" if offers else "没有等待答复的任职邀请"
    yield Waiting("任职邀请", words, "green", reverse("staff:departments"))
