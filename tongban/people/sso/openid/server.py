"""The library's endpoints with our validator, and how requests come to them."""

import secrets
from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.internal.oauthlib.utils import extract_params
from django.http import HttpRequest, HttpResponse
from oauthlib.common import Request, urlencode
from oauthlib.openid import Server

from tongban.people.sso.openid.validator import Validator

PREFIX = "tbo_"
"""So that a token that lies about in a text is recognised, and the interface knows its kind."""


def server() -> Server:
    """For one request."""
    return Server(
        request_validator=Validator(),
        token_generator=_token,
        refresh_token_generator=_token,
        token_expires_in=app_settings.ACCESS_TOKEN_EXPIRES_IN,
    )


def parts_of(request: HttpRequest) -> tuple[str, str, str, dict[str, str]]:
    """Address, method, body and headers as the library takes them; a parameter that comes twice is refused there."""
    uri, method, _, headers = extract_params(request)
    body = [(name, value) for name, values in request.POST.lists() for value in values]
    return uri, method, urlencode(body), headers


def respond(answer: tuple[dict[str, str], Any, int]) -> HttpResponse:
    """Never kept by anything on the way (RFC 6749, 5.1)."""
    headers, body, status = answer
    more = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
    return HttpResponse(body or "", status=status, headers=headers | more)


def _token(request: Request) -> str:
    return PREFIX + secrets.token_urlsafe(48)
