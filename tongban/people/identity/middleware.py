"""Around every page: what is meant for nobody is refused; a privileged act that was refused is recorded."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import errorpages
from tongban.foundation.ui.audience import audience_of
from tongban.people.identity import services
from tongban.people.identity.policy import PolicyRefused

INTERFACE = "/api/"
"""The operations of the programming interface each name their scope; a test holds it."""
log = logging.getLogger("tongban.access")


class DefaultDeny:
    """A view that does not say for whom it is opens for nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if audience_of(view) or request.path_info.startswith(INTERFACE):
            return None
        log.error("%s.%s does not say for whom it is: refused", view.__module__, view.__name__)
        return errorpages.refusal(request, NotAllowed())


class RecordRefusals:
    """Recorded after the act's transaction was undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        actor = getattr(request, "actor", None)
        if isinstance(exception, PolicyRefused) and actor is not None:
            services.record_refusal(exception, actor=actor)
