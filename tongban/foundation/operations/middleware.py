"""Middleware for tracing and for probes.

Probes are answered before any other middleware runs: under any host name and without TLS, because a load balancer has
neither our name nor a certificate for it, and without a session or anything else that could fail.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation import tracing
from tongban.foundation.operations import views

PROBES = {"/livez": views.livez, "/readyz": views.readyz, "/healthz": views.readyz}
DETAIL = "/readyz/detail"


class TraceMiddleware:
    """Runs a request, including its calls to external services, under the caller's trace or a new one.

    A trace id grants no access, so any caller may choose it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with tracing.within(tracing.trace_of(request.headers.get("traceparent", ""))):
            return self.get_response(request)


class Probes:
    """Answers the probes, and the readiness detail for callers with the operations token.

    A caller without token and session is a machine that lacks its token. It is told so instead of being sent to a page
    for people.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is not None:
            return probe(request)
        if request.path_info != DETAIL:
            return self.get_response(request)
        answer = views.detail_by_token(request)
        if answer is None and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            answer = views.detail_without_token()
        return answer or self.get_response(request)
