"""Middleware for the interface: refuse bodies that are too large, and turn every failure into a problem."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tongban.foundation.ui.programs import is_interface
from tongban.people.api import problems

MAX_JSON_BYTES = 1024 * 1024
MAX_UPLOAD_BYTES = 11 * 1024 * 1024
"""Bytes: a file of 10 MB and the overhead of a multipart body."""


class ProblemDetails:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_interface(request):
            return self.get_response(request)
        response = _refused(request) or self.get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != problems.MEDIA_TYPE:
            kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
            response = problems.answer(response.status_code, headers=kept)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.method in {"GET", "HEAD", "OPTIONS", "DELETE"}:
        return None
    length = request.headers.get("Content-Length", "")
    multipart = request.content_type == "multipart/form-data"
    if length.isdecimal() and int(length[:20]) > (MAX_UPLOAD_BYTES if multipart else MAX_JSON_BYTES):
        return problems.answer(413)
    if length not in {"", "0"} and request.content_type not in {"application/json", "multipart/form-data"}:
        return problems.answer(415, detail="请用 application/json；上传文件用 multipart/form-data。")
    return None
