"""One place turns a refusal into a page or JSON, and every answer carries the content security policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from tongban.foundation.errors import DomainError
from tongban.foundation.ui import errorpages

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


class ErrorPages:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._refuse_nul(request) or self.get_response(request)
        if response.status_code == 405:
            response = self._explain(request, response)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    def _refuse_nul(self, request: HttpRequest) -> HttpResponseBase | None:
        """No person types a NUL, and no text column takes one: refused before any view."""
        sent = [request.GET]
        if request.content_type == "application/x-www-form-urlencoded":
            sent.append(request.POST)
        typed = [request.path_info, *(value for data in sent for _, values in data.lists() for value in values)]
        return errorpages.bad_request(request) if any("\x00" in str(value) for value in typed) else None

    def _explain(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Django answers an address that takes only POST with nothing at all; a person gets a page."""
        silent = isinstance(response, HttpResponseNotAllowed) and not response.content
        if not silent or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = errorpages.method_not_allowed(request)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if wants_json(request):
            body = {"code": exception.code, "message": exception.message, "field": exception.field}
            return JsonResponse(body, status=exception.status, json_dumps_params={"ensure_ascii": False})
        return errorpages.refusal(request, exception)


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
