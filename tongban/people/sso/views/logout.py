"""A system sends somebody here to sign out (OpenID Connect RP-Initiated Logout 1.0): from everything, or only there."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from allauth.idp.oidc.models import Client
from django.contrib.auth import logout as sign_out
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.people.identity.capacity import in_any_name
from tongban.people.sso import queries, signing
from tongban.people.sso.views.onward import onward


@dataclass(frozen=True)
class LogoutRequest:
    """The sign-out request, as far as it can be trusted."""

    client: Client | None
    sid: str
    target: str
    """Where to go afterwards: a registered address with the state, or ""."""


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out at once if the hint is a token of this session. Otherwise ask, since anybody can make such a link."""
    given = request.POST if request.method == "POST" else request.GET
    asked = _understood(given)
    if not request.user.is_authenticated:
        return _go(request, asked.target)
    if asked.sid and _is_of_session(asked.sid, request):
        sign_out(request)
        return _go(request, asked.target)
    context = {"system": asked.client.name if asked.client else "", "target": asked.target}
    return pages.render(request, "sso/logout.html", context)


@in_any_name
@public
@never_cache
@require_POST
def confirmed(request: HttpRequest) -> HttpResponse:
    """Sign out after the person confirmed it on the page."""
    sign_out(request)
    return redirect("/")


def _understood(given: dict[str, str]) -> LogoutRequest:
    hint = signing.read(given.get("id_token_hint", "")) if given.get("id_token_hint") else None
    client_id = given.get("client_id", "")
    if hint and client_id and hint["aud"] != client_id:
        hint = None
    client = queries.client_of(str(hint["aud"]) if hint else client_id)
    target = given.get("post_logout_redirect_uri", "")
    if client is None or target not in client.get_post_logout_redirect_uris():
        target = ""
    if target and given.get("state"):
        target += f"?{urlencode({'state': given['state']})}"
    return LogoutRequest(client, str(hint.get("sid", "")) if hint and client else "", target)


def _is_of_session(sid: str, request: HttpRequest) -> bool:
    try:
        named = UUID(sid)
    except ValueError:
        return False
    mine = queries.open_connections().filter(
        portal_session=queries.digest_of_session(request.session.session_key or "")
    )
    return mine.filter(id=named).exists()


def _go(request: HttpRequest, target: str) -> HttpResponse:
    return onward(request, target) if target else redirect("/")
