"""Every request of a session is looked at: is it still in use, does its officer owe a factor, is proof asked for."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows import logout
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tongban.foundation.errors import DomainError
from tongban.foundation.identity.stepup import LevelNeeded, ProofNeeded
from tongban.foundation.signin import watch
from tongban.foundation.signin.sessions import SessionStore
from tongban.foundation.signin.stepup import ask_for_proof, resume
from tongban.foundation.ui import errorpages
from tongban.foundation.ui.middleware import wants_json

OPEN_TO_DEBTORS = ("/account/", "/confirm/", "/sign-out/", "/sign-in/", "/static/", "/demo/messages/")
"""What an officer without a second factor may open where one is required."""


class Watch:
    """Ends idle sessions, holds back officers who owe a factor, and turns a wish for proof into the page for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        try:
            nobody = not request.user.is_authenticated
        except DomainError as unreadable:
            return self._without_session(request, unreadable)
        if nobody:
            return self.get_response(request)
        if watch.was_idle_too_long(request):
            return self._end_idle(request)
        if not _asked_by_the_page(request):
            watch.note_use(request)
        if request.session.get(watch.OWES_FACTOR) and not request.path.startswith(OPEN_TO_DEBTORS):
            messages.warning(request, "按规定，工作人员要先开通二次验证，才能办理业务。请选择下面的一种方式开通。")
            return redirect("mfa_index")
        resume(request)
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")  # computers in a service hall are shared
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if wants_json(request) or not request.user.is_authenticated:
            return None
        if isinstance(exception, ProofNeeded):
            return ask_for_proof(request, minutes=exception.minutes, factor=exception.factor)
        if isinstance(exception, LevelNeeded):
            query = urlencode({"need": exception.level, "next": exception.back or request.path})
            return redirect(f"{reverse('signin:level')}?{query}")
        return None

    def _without_session(self, request: HttpRequest, unreadable: DomainError) -> HttpResponse:
        """Sessions lie sealed; while their key is out of reach the page says so, and the browser keeps its cookie."""
        request.session = SessionStore()
        request.user = AnonymousUser()
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return errorpages.refusal(request, unreadable)

    def _end_idle(self, request: HttpRequest) -> HttpResponse:
        minutes = int(watch.idle_limit(request).total_seconds() // 60)
        request._signed_out_by = "idle"  # type: ignore[attr-defined]
        by_page = _asked_by_the_page(request)
        way_back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        if by_page:
            way_back = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        logout.logout(request, show_message=False)
        messages.warning(
            request,
            f"您有 {minutes} 分钟没有操作，为了安全已自动退出。请重新登录，然后回到刚才的页面；已保存的草稿都在。",
        )
        target = f"{settings.LOGIN_URL}?{urlencode({'next': way_back}, safe='/')}"
        return HttpResponse(headers={"HX-Redirect": target}) if by_page else redirect(target)


def _asked_by_the_page(request: HttpRequest) -> bool:
    """Whether a page that lies open asks how things stand, every few seconds: that is no use of the session."""
    return request.headers.get("HX-Request") == "true"
