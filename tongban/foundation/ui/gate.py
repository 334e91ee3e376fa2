"""Middleware that rejects unusable requests with one log line and one page, before anything else reads them."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation.ui import lastresort
from tongban.foundation.ui.programs import is_for_programs

MAX_HEADER_BYTES = 16 * 1024
"""The maximum length of a header in characters; our own cookies and tokens are far shorter."""
PLAIN = (
    "接口只能用 https 调用。",
    "请把地址改成 https；这次用明文送来的令牌或密钥可能已被别人看到，请换一个。",
)
IN_THE_CLEAR = "a call of the interface over plain HTTP"
log = logging.getLogger("tongban.gate")
_LOGGED = "_has_been_logged"
"""Django's private mark of a response that needs no further log line."""


class Gate:
    """Rejects unusable requests with status 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        fault = _fault(request)
        if not fault:
            return self.get_response(request)
        log.warning("400 %s", fault)
        texts = PLAIN if fault is IN_THE_CLEAR else ()
        answer = lastresort.problem(400, *texts) if is_for_programs(request) else lastresort.page(400)
        setattr(answer, _LOGGED, True)
        return answer


def _fault(request: HttpRequest) -> str:
    """Return what is wrong with the request, or an empty string. The text contains nothing that was sent."""
    host = request.META.get("HTTP_HOST")
    if host == "":
        return "no readable Host header"
    if host is not None and "," in host:
        return "more than one Host header"
    try:
        request.get_host()
    except DisallowedHost:
        return "a Host header that is not served (TONGBAN_HOSTS)"
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and is_for_programs(request):
        return IN_THE_CLEAR  # a redirect would hide from the caller that the token was sent in clear text
    if any(len(value) > MAX_HEADER_BYTES for name, value in request.META.items() if name.startswith("HTTP_")):
        return "an overlong header"
    return ""
