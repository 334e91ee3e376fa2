"""One place turns a refusal into a page or JSON; what nobody can have typed is refused before any view."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from tongban.foundation import texts
from tongban.foundation.errors import DomainError
from tongban.foundation.ui import errorpages

log = logging.getLogger("tongban.edge")


class ErrorPages:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._refuse_unreadable(request) or self.get_response(request)
        if response.status_code == 405:
            response = self._explain(request, response)
        return response

    def _refuse_unreadable(self, request: HttpRequest) -> HttpResponseBase | None:
        """No person types a NUL or half a character, and no text column takes them: refused before any view."""
        if not texts.is_utf8(request.encoding):
            return errorpages.bad_request(request)
        sent = [request.GET]
        if request.content_type == "application/x-www-form-urlencoded":
            sent.append(request.POST)
        readable = texts.is_storable(request.path_info) and all(_all_storable(data) for data in sent)
        return None if readable else errorpages.bad_request(request)

    def _explain(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Django answers an address that takes only POST with nothing at all; a person gets a page."""
        silent = isinstance(response, HttpResponseNotAllowed) and not response.content
        if not silent or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = errorpages.method_not_allowed(request)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RecursionError):  # a parser of a library went deeper than it can
            log.warning(
                "%s was sent what is nested too deep", request.resolver_match and request.resolver_match.view_name
            )
            return errorpages.bad_request(request)
        if not isinstance(exception, DomainError):
            return None
        headers = {"Retry-After": str(exception.retry_after)} if exception.retry_after else {}
        if wants_json(request):
            body = {"code": exception.code, "message": exception.message, "field": exception.field}
            return JsonResponse(
                body, status=exception.status, headers=headers, json_dumps_params={"ensure_ascii": False}
            )
        page = errorpages.refusal(request, exception)
        for name, value in headers.items():
            page.headers[name] = value
        return page


class MultipartTextCheck:
    """Forms with files are looked at as soon as they are read, which the check of the CSRF token does: above it.

    Views without that check read the body themselves; those of the interface read it as a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.method != "POST" or request.content_type != "multipart/form-data":
            return None
        of_interface = request.path_info.startswith("/api/")
        if getattr(view, "csrf_exempt", False) and not of_interface:
            return None
        try:
            if of_interface:
                request.body  # noqa: B018  # kept, for operations that take no form: they refuse it as JSON
            typed, files = request.POST, request.FILES
        except (LookupError, ValueError):  # a part that names an encoding which is none
            return errorpages.bad_request(request)
        names = [file.name or "" for _, found in files.lists() for file in found]
        if _all_storable(typed) and _all_storable(files, values=False) and all(map(texts.is_storable, names)):
            return None
        return errorpages.bad_request(request)


def _all_storable(data: Any, *, values: bool = True) -> bool:
    """Whether every name in what was sent, and every value, can be written down."""
    return all(
        texts.is_storable(name) and (not values or all(texts.is_storable(str(value)) for value in found))
        for name, found in data.lists()
    )


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
