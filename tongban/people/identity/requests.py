"""The request as a view behind a guard receives it."""

from typing import cast

from django.http import HttpRequest

from tongban.people.identity.actors import Actor


class Request(HttpRequest):
    """A request that a guard has admitted (`identity.access` or `api.access.RequiresScope`)."""

    actor: Actor
    """Who acts."""


def admit(request: HttpRequest, actor: Actor) -> Request:
    """Put the actor on the request, which is a `Request` from then on."""
    admitted = cast(Request, request)
    admitted.actor = actor
    return admitted
