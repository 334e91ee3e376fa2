"""The elders' edition (长者版): the same pages in large type with large targets, kept in a cookie.

Sources: 互联网网站适老化通用设计规范 (MIIT 2021), large type and targets of 60 px; 无障碍环境建设法 (2023), art. 32.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tongban.foundation.ui.addresses import is_ours

COOKIE = "elder"
KEPT = 365 * 24 * 3600
"""Seconds that a browser remembers the choice."""


def chosen(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "1"


def switch(request: HttpRequest, *, on: bool) -> HttpResponse:
    """Back to the page the reader came from, on or off; only a page of ours."""
    back = request.GET.get("next", "/")
    if not is_ours(request, back):
        back = "/"
    answer = HttpResponseRedirect(back)
    if on:
        answer.set_cookie(COOKIE, "1", max_age=KEPT, secure=request.is_secure(), httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer
