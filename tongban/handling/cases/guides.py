"""What this room adds to the guides: the reader's own open application for the service, or their draft."""

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries
from tongban.handling.catalog.ports import Underway
from tongban.people.identity.access import applicant_of_request


def underway(request: HttpRequest, key: str) -> list[Underway]:
    """Return where the reader stands with a service: an open application, otherwise a draft, or nothing (one query)."""
    actor = applicant_of_request(request)
    if actor is None or not actor.acts_as_citizen or actor.acting_for is None:
        return []
    found = queries.open_application(key, actor=actor)
    if found is None:
        return []
    if found.number is None:
        return [Underway("接着填上次的", reverse("cases:resume", args=[found.id]), again=False)]
    address = place("application", found.number) or reverse("cases:receipt", args=[found.number])
    return [Underway("已申请，看进度", address, again=queries.may_apply_again(key, actor=actor))]
