"""Browsers that an account knows: somebody signed in to it from there before (OWASP's device cookies).

The cookie signs nobody in. It only says by which budget the tries of a browser are counted, so that strangers use up
the budget of strangers. A new password makes all of an account's cookies void.
"""

import secrets
from functools import partial

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from tongban.people.identity.queries import Account
from tongban.people.signin import cookies

COOKIE, SALT = f"{cookies.PREFIX if cookies.is_own_to_host() else ''}known_browser", "signin.known"
LASTS = 180 * 24 * 3600
"""Seconds since the last sign-in."""
MOST = 5
"""Accounts that one browser is known to; the computer of a family, or one in a service hall."""


def device_of(request: HttpRequest, account: Account) -> str:
    """What the account calls this browser; "" where it does not know it."""
    return next((name for name, tag in _marks(request) if constant_time_compare(tag, _tag(name, account))), "")


def here(request: HttpRequest, account: Account) -> str:
    """The same for somebody who is signed in: without the cookie, the session is what is known."""
    return device_of(request, account) or f"session {request.session.session_key}"


def of_request(request: HttpRequest) -> "partial[str]":
    """For services, which find out which account is meant: `device_of` of this request."""
    return partial(device_of, request)


def remember_sign_in(request: HttpRequest, account: Account) -> None:
    """Somebody signed in with this request: its answer will carry the cookie."""
    request._came_in = account  # type: ignore[attr-defined]


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser its mark, the latest account first."""
    account: Account | None = getattr(request, "_came_in", None)
    if account is None:
        return
    name = device_of(request, account) or secrets.token_hex(8)
    others = [mark for mark in _marks(request) if mark[0] != name]
    marks = [(name, _tag(name, account)), *others][:MOST]
    response.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
        return [(str(name), str(tag)) for name, tag in found][:MOST]
    except (signing.BadSignature, TypeError, ValueError):
        return []


def _tag(name: str, account: Account) -> str:
    text = f"{name}|{account.id}|{account.get_session_auth_hash()}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]
