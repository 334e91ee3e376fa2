"""Requests that no page can answer are turned away before anything reads them: one line in the log, one page."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation.ui import lastresort

LONGEST = 16 * 1024
"""Characters of one header; cookies and tokens of ours stay far below."""
PROGRAMS = ("/api/", "/sso/token", "/sso/introspect", "/sso/revoke", "/sso/userinfo")
"""Addresses that programs call, each time with a token or a secret."""
PLAIN = (
    "接口只能用 https 调用。",
    "请把地址改成 https；这次用明文送来的令牌或密钥可能已被别人看到，请换一个。",
)
IN_THE_CLEAR = "a call of the interface over plain HTTP"
log = logging.getLogger("tongban.gate")


class Gate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        fault = _fault(request)
        if not fault:
            return self.get_response(request)
        log.warning("400 %s", fault)
        told = PLAIN if fault is IN_THE_CLEAR else ()
        answer = lastresort.problem(400, *told) if request.path_info.startswith(PROGRAMS) else lastresort.page(400)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # else Django writes a second line
        return answer


def _fault(request: HttpRequest) -> str:
    """What is wrong, in our own words: what was sent does not get into the log. Empty: nothing."""
    host = request.META.get("HTTP_HOST")
    if host == "":
        return "no readable Host header"
    if host is not None and "," in host:
        return "more than one Host header"
    try:
        request.get_host()
    except DisallowedHost:
        return "a Host header that is not served (TONGBAN_HOSTS)"
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path_info.startswith(PROGRAMS):
        return IN_THE_CLEAR  # a redirection would hide from the caller that the token was sent in the clear
    if any(len(value) > LONGEST for name, value in request.META.items() if name.startswith("HTTP_")):
        return "an overlong header"
    return ""
