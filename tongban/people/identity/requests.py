"""The request as a view below a guard receives it."""

from django.http import HttpRequest

from tongban.people.identity.actors import Actor


class Request(HttpRequest):
    """A request that a guard has let in (`identity.access`, or `api.access.RequiresScope`): `actor` is whoever acts."""

    actor: Actor
