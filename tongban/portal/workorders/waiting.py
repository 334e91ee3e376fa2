"""The running work orders of an administrator's posts."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.organisation.rules import ADMINISTRATORS
from tongban.people.workorders import queries


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the line to every administrator."""
    actor = actor_of_request(request)
    if actor is None or not actor.has_post(*ADMINISTRATORS):
        return
    counts = queries.counts_for_officer(actor, filters=queries.Filters())
    late = counts.get("red", 0)
    words = f"{counts['all']} 件在办" + (f"，其中 {late} 件已逾期" if late else "")
    state = "red" if late else "yellow" if counts["all"] else "green"
    yield Waiting("工单", words if counts["all"] else "没有在办的工单", state, reverse("workorders:desk-orders"))
