"""The library's endpoints with our validator, and the conversion of requests for them."""

import secrets

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.internal.oauthlib.utils import extract_params
from django.http import HttpRequest, HttpResponse
from oauthlib.common import Request, urlencode
from oauthlib.openid import Server

from tongban.people.sso.openid.validator import Validator

PREFIX = "tbo_"
"""Makes a leaked token recognisable, and tells the interface its kind."""


def server() -> Server:
    """Return a server for one request."""
    return Server(
        request_validator=Validator(),
        token_generator=_token,
        refresh_token_generator=_token,
        token_expires_in=app_settings.ACCESS_TOKEN_EXPIRES_IN,
    )


def parts_of(request: HttpRequest) -> tuple[str, str, str, dict[str, str]]:
    """Return address, method, body and headers as the library takes them. It refuses repeated parameters."""
    uri, method, _, headers = extract_params(request)
    body = [(name, value) for name, values in request.POST.lists() for value in values]
    return uri, method, urlencode(body), headers


def respond(answer: tuple[dict[str, str], str | None, int]) -> HttpResponse:
    """Return the library's answer as a response that nothing on the way may store (RFC 6749, 5.1)."""
    headers, body, status = answer
    more = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
    return HttpResponse(body or "", status=status, headers=headers | more)


def _token(request: Request) -> str:
    return PREFIX + secrets.token_urlsafe(48)
