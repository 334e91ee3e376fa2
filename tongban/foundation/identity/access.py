"""Who is behind a request; the decorators that let only the right kind of person onto a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongban.foundation.errors import NotAllowed
from tongban.foundation.identity import queries
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.models import Account

View = Callable[..., HttpResponse]


def actor_of_request(request: HttpRequest) -> Actor | None:
    """The signed-in actor, or None. Asked once a request: one query for the account, one for the posts."""
    if not hasattr(request, "_actor"):
        account = getattr(request, "user", None)
        found = queries.actor_of(account) if isinstance(account, Account) and account.is_active else None
        request._actor = found  # type: ignore[attr-defined]
    actor: Actor | None = request._actor  # type: ignore[attr-defined]
    return actor


def citizen_required(view: View) -> View:
    """Let persons and organisations in, not officers with their office account; sets `request.actor`."""
    return _guarded(
        view, lambda actor: not actor.is_officer, "这里是群众和企业办事的页面，请退出工作人员账号，用本人账号登录。"
    )


def officer_required(view: View) -> View:
    """Let officers in, and sets `request.actor`."""
    return _guarded(view, lambda actor: actor.is_officer, "这里是工作人员的页面，请用有岗位的工作人员账号登录。")


def sign_in_required(view: View) -> View:
    """Let everyone in who is signed in, and sets `request.actor`."""
    return _guarded(view, lambda actor: True, "")


def _guarded(view: View, allowed: Callable[[Actor], bool], refusal: str) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of_request(request)
        if actor is None:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': _way_back(request)}, safe='/')}")
        if not allowed(actor):
            raise NotAllowed(refusal)
        request.actor = actor  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def _way_back(request: HttpRequest) -> str:
    """Where to go after signing in: the page itself, or where a form that was posted came from."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
