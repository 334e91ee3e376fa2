"""Sessions under a cookie that no other host can set (`__Host-`), and the way there for those who were signed in.

Before, cookies had the names that Django gives. A browser that still brings such a session goes on with it, once: from
then on the session is marked, and a marked session is not taken under the old name, which a neighbouring host might
have planted. Sessions from before the change end within eight hours, and with them this way in.
"""

from django.conf import global_settings, settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

OLD_SESSION, OLD_CSRF = global_settings.SESSION_COOKIE_NAME, global_settings.CSRF_COOKIE_NAME
PREFIX = "__Host-"
MARK = "_own_cookie"
"""Key in a session that was saved while its cookie had the new name (see `sessions.SessionStore`)."""


def is_own_to_host() -> bool:
    return settings.SESSION_COOKIE_NAME.startswith(PREFIX)


class Sessions(SessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if not is_own_to_host() or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return
        old = self.SessionStore(request.COOKIES.get(OLD_SESSION))
        if OLD_SESSION not in request.COOKIES or old.is_empty() or not old.keys() or MARK in old:
            return
        old.modified = True  # saved with its mark, and sent under its new name
        request.session = old
        if OLD_CSRF in request.COOKIES:
            request.COOKIES.setdefault(settings.CSRF_COOKIE_NAME, request.COOKIES[OLD_CSRF])
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True  # forms that lie open stay good

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if is_own_to_host():
            for name in (OLD_SESSION, OLD_CSRF):
                if name in request.COOKIES:
                    response.delete_cookie(name, samesite="Lax")
        return response
