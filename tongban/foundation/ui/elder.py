"""The elders' edition (长者版): the same pages with large type and large targets. A cookie stores the choice.

Sources: 互联网网站适老化通用设计规范 (MIIT 2021), large type and targets of 60 px; 无障碍环境建设法 (2023), art. 32.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tongban.foundation.ui.addresses import is_own_address

COOKIE, COOKIE_OVER_TLS = "elder", "__Host-elder"
COOKIE_MAX_AGE = 365 * 24 * 3600
"""The lifetime of the cookie in seconds."""


def chosen(request: HttpRequest) -> bool:
    """Return whether the reader has chosen the elders' edition."""
    return "1" in (request.COOKIES.get(COOKIE_OVER_TLS), request.COOKIES.get(COOKIE))


def switch(request: HttpRequest, *, on: bool) -> HttpResponse:
    """Switch the edition and redirect to the page that the reader came from, if it is on this site."""
    back = request.GET.get("next", "/")
    if not is_own_address(request, back):
        back = "/"
    answer = HttpResponseRedirect(back)
    name = COOKIE_OVER_TLS if request.is_secure() else COOKIE
    if on:
        answer.set_cookie(name, "1", max_age=COOKIE_MAX_AGE, secure=request.is_secure(), httponly=True, samesite="Lax")
    else:
        for given in (COOKIE_OVER_TLS, COOKIE) if request.is_secure() else (COOKIE,):
            answer.delete_cookie(given, samesite="Lax")
    return answer
