"""Name the browsers that ask for codes by SMS, so that each has a budget of its own.

The name is a signed cookie that says when it was given. It costs no row, however many visitors only look. A browser
whose name was given a moment ago shares a budget with all such ones at its address: a script that opens a page for each
code gains nothing by it.
"""

import secrets
from datetime import UTC, datetime

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation import clock
from tongban.people.identity.queries import Account
from tongban.people.signin import cookies
from tongban.people.signin.rules import NEW_BROWSER, SETTLED_AFTER, VISITOR_LIVES

COOKIE, SALT = cookies.name_of("visitor"), "signin.visitor"


def browser_of(request: HttpRequest) -> str:
    """Return the name of the browser, or NEW_BROWSER where it brings none that is at least SETTLED_AFTER old.

    Somebody who is signed in has one budget in all browsers.
    """
    if isinstance(request.user, Account):
        return f"account {request.user.pk}"
    name, since = _read(request)
    return name if since is not None and since <= clock.now() - SETTLED_AFTER else NEW_BROWSER


def name_browser(request: HttpRequest) -> None:
    """Let the response to this request give the browser a name, unless it has one."""
    if _read(request)[1] is None:
        vars(request)["_unnamed"] = True


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie with the name."""
    if not vars(request).get("_unnamed"):
        return
    value = signing.Signer(salt=SALT).sign_object([secrets.token_hex(8), int(clock.now().timestamp())])
    cookies.give(response, COOKIE, value, lives=VISITOR_LIVES)


def _read(request: HttpRequest) -> tuple[str, datetime | None]:
    """Return the name in the cookie and when it was given, or None in place of the time where there is no valid one."""
    try:
        name, seconds = signing.Signer(salt=SALT).unsign_object(request.COOKIES.get(COOKIE, ""))
        since = datetime.fromtimestamp(seconds, UTC)
    except (signing.BadSignature, TypeError, ValueError):
        return "", None
    return (str(name), since) if since > clock.now() - VISITOR_LIVES else ("", None)
