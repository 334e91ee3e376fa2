"""Known browsers: those from which somebody signed in to the account before (OWASP's device cookies).

The cookie signs nobody in. It decides against which budget a browser's tries count, so that strangers use up the
strangers' budget. A known browser with a row (`KnownBrowser`) is trusted: there a code to the phone signs in without
another proof. A new password makes all cookies of the account void; its person may end each trusted browser.
"""

import secrets
from functools import partial

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from tongban.people.identity.queries import Account
from tongban.people.signin import cookies, queries, services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.rules import KNOWN_BROWSER_LIVES

COOKIE, SALT = cookies.name_of("known_browser"), "signin.known"
COOKIE_MAX_AGE = int(KNOWN_BROWSER_LIVES.total_seconds())
"""Seconds since the last sign-in."""
MAX_BROWSERS = 5
"""How many accounts can know one browser, e.g. a family's computer or one in a service hall."""


BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def device_of(request: HttpRequest, account: Account) -> str:
    """Return the account's name for this browser, or "" where it does not know the browser."""
    name = _name_in_cookie(request, account)
    return "" if name and queries.has_ended_browser(account, name) else name


def is_trusted(request: HttpRequest, account: Account) -> bool:
    """Return whether the account's person proved in this browser who they are, by more than a code to the phone."""
    name = _name_in_cookie(request, account)
    return bool(name) and queries.trusts_browser(account, name)


def name_of_any_account(request: HttpRequest) -> str:
    """Return the name by which the account that signed in last knows this browser, or "" if nobody has signed in.

    The platform signed the cookie. Whether the account still knows the browser is not looked up.
    """
    return next((name for name, _ in _marks(request)), "")


def device_of_session(request: HttpRequest, account: Account) -> str:
    """Return the account's name for the browser of somebody who is signed in: without the cookie, the session's key."""
    return device_of(request, account) or f"session {request.session.session_key}"


def of_request(request: HttpRequest) -> "partial[str]":
    """Return `device_of` bound to the request, for services that find the account themselves."""
    return partial(device_of, request)


def note_strong_proof(request: HttpRequest) -> None:
    """Record that the sign-in of this request rests on more than the phone, and may make the browser trusted."""
    vars(request)["_strong_proof"] = True


def has_strong_proof(request: HttpRequest) -> bool:
    return bool(vars(request).get("_strong_proof"))


def remember_sign_in(request: HttpRequest, account: Account, *, trusted: bool) -> None:
    """Record that somebody signed in with this request, so that its response carries the cookie.

    With `trusted`, the account trusts the browser from now on: the person proved more than the phone, and did not
    choose otherwise. The computers of a service hall, which everybody uses, are never trusted.
    """
    name = device_of(request, account) or secrets.token_hex(8)
    vars(request)["_signed_in"] = account, name
    if trusted and not services.is_hall(address_of(request)):
        services.remember_browser(account, name, device=words_of(request.META.get("HTTP_USER_AGENT", "")))


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie after a sign-in, with the latest account first."""
    signed_in: tuple[Account, str] | None = vars(request).get("_signed_in")
    if signed_in is None:
        return
    account, name = signed_in
    others = [mark for mark in _marks(request) if mark[0] != name]
    marks = [(name, _tag(name, account)), *others][:MAX_BROWSERS]
    cookies.give(response, COOKIE, signing.dumps(marks, salt=SALT), lives=KNOWN_BROWSER_LIVES)


def words_of(user_agent: str) -> str:
    """Return the operating system and browser of a user agent in words."""
    browser = next((word for sign, word in BROWSERS if sign in user_agent), "其他浏览器")
    return f"{next((word for sign, word in SYSTEMS if sign in user_agent), '其他设备')}，{browser}"


def _name_in_cookie(request: HttpRequest, account: Account) -> str:
    return next((name for name, tag in _marks(request) if constant_time_compare(tag, _tag(name, account))), "")


def _marks(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_MAX_AGE)
        return [(str(name), str(tag)) for name, tag in found][:MAX_BROWSERS]
    except (signing.BadSignature, TypeError, ValueError):
        return []


def _tag(name: str, account: Account) -> str:
    text = f"{name}|{account.id}|{account.get_session_auth_hash()}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]
