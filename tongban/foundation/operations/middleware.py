"""Probes are answered before everything else: by whatever host name and without TLS, for a load balancer has neither
our name nor a certificate for it; without session, and without what another middleware could break."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation import tracing
from tongban.foundation.operations import views

PROBES = {"/livez": views.livez, "/readyz": views.readyz, "/healthz": views.readyz}
DETAIL = "/readyz/detail"


class TraceMiddleware:
    """Puts what a request does, also its calls to services outside, under the trace that its caller names or a new one.

    The id is a number without meaning: it opens nothing, so it may come from anybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with tracing.within(tracing.trace_of(request.headers.get("traceparent", ""))):
            return self.get_response(request)


class Probes:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is not None:
            return probe(request)
        by_token = views.detail_by_token(request) if request.path_info == DETAIL else None
        return by_token or self.get_response(request)
