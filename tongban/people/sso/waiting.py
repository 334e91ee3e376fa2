"""What waits for the reviewers of connected systems: systems to review, and sign-outs that were not delivered."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.sso import queries


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to the data bureau's administrators."""
    actor = actor_of_request(request)
    found = queries.for_reviewer(actor) if actor is not None else None
    if found is None:
        return
    count = found.systems
    words = f"{count} 个系统等待审核" if count else "没有等待审核的系统"
    yield Waiting("接入系统", words, "yellow" if count else "green", f"{reverse('sso:systems')}?state=waiting")
    if failed := found.undelivered:
        words = f"最近 7 天有 {failed} 次退出没能通知到系统，请联系它们的运维人员"
        yield Waiting("退出通知", words, "yellow", reverse("sso:systems"))
