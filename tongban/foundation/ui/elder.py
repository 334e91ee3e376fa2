"""The elders' edition (长者版): the same pages in large type with large targets, kept in a cookie.

Sources: 互联网网站适老化通用设计规范 (MIIT 2021), large type and targets of 60 px; 无障碍环境建设法 (2023), art. 32.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

COOKIE = "elder"
KEPT = 365 * 24 * 3600
"""Seconds that a browser remembers the choice."""


def chosen(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "1"


def here(request: HttpRequest) -> str:
    """The address of the page, to come back to it; without a `next` that leads elsewhere, which no page repeats."""
    if request.method != "GET":
        return "/"
    query = request.GET.copy()
    if not _is_ours(request, query.get("next", "/")):
        del query["next"]
    path = request.get_full_path().partition("?")[0]
    return f"{path}?{query.urlencode()}" if query else path


def switch(request: HttpRequest, *, on: bool) -> HttpResponse:
    """Back to the page the reader came from, on or off; only a page of ours."""
    back = request.GET.get("next", "/")
    if not _is_ours(request, back):
        back = "/"
    answer = HttpResponseRedirect(back)
    if on:
        answer.set_cookie(COOKIE, "1", max_age=KEPT, secure=request.is_secure(), httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
