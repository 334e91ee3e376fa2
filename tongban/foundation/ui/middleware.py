"""Middleware that turns refusals into pages or JSON, and rejects text that cannot be stored before any view runs."""

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from tongban.foundation import texts
from tongban.foundation.errors import DomainError
from tongban.foundation.ui import errorpages
from tongban.foundation.ui.programs import is_interface

log = logging.getLogger("tongban.edge")


class ErrorPages:
    """Turns domain errors and unreadable requests into error pages or JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._refuse_unreadable(request) or self.get_response(request)
        if response.status_code == 405:
            response = self._explain(request, response)
        return response

    def _refuse_unreadable(self, request: HttpRequest) -> HttpResponseBase | None:
        """Reject text with NUL or lone surrogates. People cannot type them, and text columns cannot store them."""
        if not texts.is_utf8(request.encoding):
            return errorpages.bad_request(request)
        sent = [request.GET]
        if request.content_type == "application/x-www-form-urlencoded":
            sent.append(request.POST)
        readable = texts.is_storable(request.path_info) and all(_all_storable(data) for data in sent)
        return None if readable else errorpages.bad_request(request)

    def _explain(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return a page for a browser where Django sends an empty 405 response."""
        silent = isinstance(response, HttpResponseNotAllowed) and not response.content
        if not silent or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = errorpages.method_not_allowed(request)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a DomainError with a page, or with JSON if the caller wants it; other errors are Django's."""
        if isinstance(exception, RecursionError):  # a library's parser met input that is nested too deep
            log.warning(
                "%s received input that is nested too deep",
                request.resolver_match and request.resolver_match.view_name,
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
    """Checks the text of forms with files. It runs before the CSRF check, which reads the form.

    Views that are exempt from the CSRF check read the body themselves, except operations of the interface, which read
    it as a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponseBase | None:
        if request.method != "POST" or request.content_type != "multipart/form-data":
            return None
        of_interface = is_interface(request)
        if getattr(view, "csrf_exempt", False) and not of_interface:
            return None
        try:
            if of_interface:
                request.body  # noqa: B018  # cache the body for operations that take no form and refuse it as JSON
            typed, files = request.POST, request.FILES
        except (LookupError, ValueError):  # a part names an unknown encoding
            return errorpages.bad_request(request)
        names = [file.name or "" for _, found in files.lists() for file in found]
        if _all_storable(typed) and _all_storable(files, values=False) and all(map(texts.is_storable, names)):
            return None
        return errorpages.bad_request(request)


class _Fields(Protocol):
    """Submitted names with their values: fields or files."""

    def lists(self) -> Iterable[tuple[str, Iterable[object]]]: ...


def _all_storable(data: _Fields, *, values: bool = True) -> bool:
    """Return whether every submitted name, and with `values` every value, can be stored."""
    return all(
        texts.is_storable(name) and (not values or all(texts.is_storable(str(value)) for value in found))
        for name, found in data.lists()
    )


def wants_json(request: HttpRequest) -> bool:
    """Return whether the caller accepts JSON but not HTML."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
