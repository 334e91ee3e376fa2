"""Middleware for every page: refuse views that name no audience, and record privileged acts that were refused."""

import logging
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import errorpages
from tongban.foundation.ui.audience import audience_of
from tongban.foundation.ui.programs import is_interface
from tongban.people.identity import services
from tongban.people.identity.access import View
from tongban.people.identity.policy import PolicyRefused

log = logging.getLogger("tongban.access")


class DefaultDeny:
    """Refuse a view that does not name its audience."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        if audience_of(view) or is_interface(request):
            return None
        log.error("%s.%s names no audience: refused", view.__module__, getattr(view, "__name__", view))
        return errorpages.refusal(request, NotAllowed())


class RecordRefusals:
    """Record a refused privileged act, after the act's own transaction was rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        actor = getattr(request, "actor", None)
        if isinstance(exception, PolicyRefused) and actor is not None:
            services.record_refusal(exception, actor=actor)
