"""Probes for the process supervisor and the load balancer, and the readiness detail for monitors."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation.operations import queries
from tongban.foundation.ui.audience import public


@public
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; nothing else is checked."""
    return _plain("ok")


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether requests may be sent here. Only the detail gives reasons."""
    return _plain("ok") if queries.readiness().ready else _plain("not ok", 503)


def detail_by_token(request: HttpRequest) -> HttpResponseBase | None:
    """Return the detail for the operations token, 401 for a wrong token, or None for a request without a token."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    wanted = settings.OPERATIONS_TOKEN
    if not wanted or not secrets.compare_digest(token.encode(), wanted.encode()):
        return _plain("wrong token: use the value of TONGBAN_OPERATIONS_TOKEN", 401, {"WWW-Authenticate": "Bearer"})
    return _detail()


def detail_without_token() -> HttpResponse:
    """Return the answer for a caller with neither a token nor a session."""
    words = "send the operations token (Authorization: Bearer ...), or sign in at /sign-in/?next=/readyz/detail"
    return _plain(words, 401, {"WWW-Authenticate": "Bearer"})


def _detail() -> JsonResponse:
    found = queries.readiness(fresh=True)
    return JsonResponse(found.detail(), status=200 if found.ready else 503, headers={"Cache-Control": "no-store"})


def _plain(word: str, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
