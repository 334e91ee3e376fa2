"""Sessions under a cookie that no other host can set (`__Host-`), and the transition from the former cookie.

Cookies used to have Django's default names. A browser that still sends such a session keeps it, once: the session is
then marked, and a marked session is not accepted under the old name, which a neighbouring host might have planted.
Sessions from before the change end within eight hours, and this transition with them.
"""

from datetime import timedelta

from django.conf import global_settings, settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

OLD_SESSION, OLD_CSRF = global_settings.SESSION_COOKIE_NAME, global_settings.CSRF_COOKIE_NAME
PREFIX = "__Host-"
MARK = "_own_cookie"
"""Key in a session that was saved while its cookie had the new name (see `sessions.SessionStore`)."""


def is_own_to_host() -> bool:
    return settings.SESSION_COOKIE_NAME.startswith(PREFIX)


def name_of(cookie: str) -> str:
    """Return the full name of a cookie of our own: with the prefix, unless the site runs without TLS."""
    return f"{PREFIX}{cookie}" if is_own_to_host() else cookie


def give(response: HttpResponseBase, name: str, value: str, *, lives: timedelta) -> None:
    """Set a cookie that no script and no other site reads, and that the browser keeps for `lives`."""
    response.set_cookie(
        name,
        value,
        max_age=int(lives.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class Sessions(SessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if not is_own_to_host() or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return
        old = self.SessionStore(request.COOKIES.get(OLD_SESSION))
        if OLD_SESSION not in request.COOKIES or old.is_empty() or not old.keys() or MARK in old:
            return
        old.modified = True  # saved with the mark, and sent under the new name
        request.session = old
        if OLD_CSRF in request.COOKIES:
            request.COOKIES.setdefault(settings.CSRF_COOKIE_NAME, request.COOKIES[OLD_CSRF])
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True  # forms in open tabs stay valid

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if is_own_to_host():
            for name in (OLD_SESSION, OLD_CSRF):
                if name in request.COOKIES:
                    response.delete_cookie(name, samesite="Lax")
        return response
