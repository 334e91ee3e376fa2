"""What this room adds to the guides: the reader's own open or finished application for the service, or their draft."""

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries
from tongban.handling.catalog.ports import Underway
from tongban.people.identity.access import applicant_of_request
from tongban.people.identity.actors import Actor


def underway(request: HttpRequest, key: str) -> list[Underway]:
    """Return where the reader stands with a service: an open application, a draft, a finished case, or nothing.

    Two queries where there is nothing.
    """
    actor = applicant_of_request(request)
    if actor is None or not actor.acts_as_citizen or actor.acting_for is None:
        return []
    found = queries.open_application(key, actor=actor)
    if found is None:
        return _finished(key, actor)
    if found.number is None:
        return [Underway("接着填上次的", reverse("cases:resume", args=[found.id]), again=False)]
    return [Underway("已申请，看进度", _address(found.number), again=queries.may_apply_again(key, actor=actor))]


def _finished(key: str, actor: Actor) -> list[Underway]:
    case = queries.finished_for_now(key, actor=actor)
    if case is None or case.application.number is None:
        return []
    again = queries.may_apply_again(key, actor=actor)
    return [Underway("已办结，看结果", _address(case.application.number), again=again)]


def _address(number: str) -> str:
    return place("application", number) or reverse("cases:receipt", args=[number])
