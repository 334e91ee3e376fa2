"""Middleware for sessions: end idle ones, hold back officers who owe a second factor, ask for proof."""

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
from tongban.foundation.ui import errorpages
from tongban.foundation.ui.audience import audience_of
from tongban.foundation.ui.middleware import wants_json
from tongban.foundation.ui.programs import is_interface
from tongban.people.identity import queries as identity
from tongban.people.identity.access import OFFICERS, POSTS, View
from tongban.people.identity.queries import Account
from tongban.people.identity.rules import MandateOver, RepresentationOver
from tongban.people.identity.stepup import LevelNeeded, ProofNeeded
from tongban.people.signin import kept_forms, known_browsers, pending_acts, ports, session_guard, visitors
from tongban.people.signin.sessions import SessionStore

OPEN_WITHOUT_FACTOR = ("mfa_index", "account_reauthenticate", "account_logout", "account_login")
"""The pages, with all below them, that an officer who owes a second factor may open."""

SWITCH = "identity:principal"
"""The page for switching to another name."""
BEFORE_FIRST_PASSWORD = ("signin:first-password", "account_logout")
"""All that opens while the account has its initial password."""
FOR_OFFICERS = (OFFICERS, POSTS)
SIGN_IN_AGAIN = "请重新登录，核对以后再按一次按钮。"


class SessionGuard:
    """End idle sessions, hold back officers who owe a second factor, and lead to the page that asks for proof."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_interface(request):
            return self.get_response(request)
        try:
            nobody = not request.user.is_authenticated
        except DomainError as unreadable:
            return self._without_session(request, unreadable)
        if nobody:
            if _asked_by_the_page(request):  # sent before the key changed: the browser has the new one already
                request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
            return self._let_through(request)
        if session_guard.was_idle_too_long(request):
            return self._end_idle(request)
        if not _asked_by_the_page(request):
            session_guard.note_use(request)
        if isinstance(request.user, Account) and request.user.initial_until is not None:
            if not _is_at_or_below(request, BEFORE_FIRST_PASSWORD):
                return redirect("signin:first-password")
        elif self._is_held_back(request):
            return self._to_factors(request)
        pending_acts.resume(request)
        response = kept_forms.put_back(request, self._let_through(request))
        if _has_switched(request, response) and pending_acts.has_parked_act(request):
            response = redirect("signin:kept")
        response.headers.setdefault("Cache-Control", "private, no-store")  # a service hall's computers are shared
        return response

    def _let_through(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        known_browsers.remember(request, response)
        visitors.remember(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """Process a form in the name for which it was made, or not at all. Runs after the CSRF check.

        An officer who owes a second factor opens no officers' page, whatever else their own account opens. Calls of the
        interface carry tokens and do not touch the session.
        """
        if is_interface(request):
            return None
        if not request.user.is_authenticated:
            return self._keep_typed(request, view)
        if audience_of(view).startswith(FOR_OFFICERS):
            session_guard.note_new_posts(request)
            if request.session.get(session_guard.OWES_FACTOR):
                return self._to_factors(request)
        if (away := kept_forms.prepare(request, view)) is not None:
            return away
        if request.method != "POST":
            return None
        return pending_acts.refuse_in_another_name(request, view)

    def _keep_typed(self, request: HttpRequest, view: View) -> HttpResponse | None:
        """Keep a form whose session has ended, and ask to sign in again; None where somebody need not be signed in."""
        kept = None if getattr(view, "csrf_exempt", False) else kept_forms.of_request(request)
        if not kept_forms.keep(request, kept):
            return None
        messages.warning(request, f"登录已经过期，刚才的内容没有提交，但都还在。{SIGN_IN_AGAIN}")
        return kept_forms.to_sign_in(kept, request.path)

    def _is_held_back(self, request: HttpRequest) -> bool:
        """Return whether a missing second factor closes this page.

        It closes every page to an account for a post. An own account stays open, but not for the posts: neither at the
        desk nor at another system.
        """
        asks_for_posts = any(asks(request) for asks in ports.asks_for_posts)
        if asks_for_posts:
            session_guard.note_new_posts(request)
        if not request.session.get(session_guard.OWES_FACTOR) or _is_at_or_below(request, OPEN_WITHOUT_FACTOR):
            return False
        own = isinstance(request.user, Account) and identity.is_own(request.user)
        return not own or asks_for_posts

    def _to_factors(self, request: HttpRequest) -> HttpResponse:
        messages.warning(request, "按规定，工作人员要先开通二次验证，才能办理业务。请选择下面的一种方式开通。")
        return redirect("mfa_index")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if wants_json(request) or not request.user.is_authenticated:
            return None
        if isinstance(exception, ProofNeeded):
            return pending_acts.ask_for_proof(request, minutes=exception.minutes, factor=exception.factor)
        if isinstance(exception, MandateOver | RepresentationOver):
            kept = kept_forms.of_request(request)
            if kept_forms.keep(request, kept):
                return kept_forms.page_of_kept(request, kept, message=exception.message, status=exception.status)
        if isinstance(exception, LevelNeeded):
            query = urlencode({"need": exception.level, "next": exception.back or request.path})
            return redirect(f"{reverse('signin:level')}?{query}")
        return None

    def _without_session(self, request: HttpRequest, unreadable: DomainError) -> HttpResponse:
        """Answer while the key that encrypts sessions is unavailable. The browser keeps its cookie."""
        request.session = SessionStore()
        request.user = AnonymousUser()
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return errorpages.refusal(request, unreadable)

    def _end_idle(self, request: HttpRequest) -> HttpResponse:
        minutes = int(session_guard.idle_limit(request).total_seconds() // 60)
        vars(request)["_signed_out_by"] = "idle"
        by_page = _asked_by_the_page(request)
        way_back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        if by_page:
            way_back = _path_of(request.headers.get("HX-Current-URL", "")) or "/"
        typed, waiting = kept_forms.of_request(request), kept_forms.of_session(request)
        logout.logout(request, show_message=False)
        kept = typed or waiting
        if kept_forms.keep(request, kept, had_session=True):
            said = f"刚才的内容没有提交，但都还在。{SIGN_IN_AGAIN}"
        else:
            kept, said = None, "请重新登录，然后回到刚才的页面；已保存的草稿都在。"
        messages.warning(request, f"您有 {minutes} 分钟没有操作，为了安全已自动退出。{said}")
        if by_page:
            target = f"{settings.LOGIN_URL}?{urlencode({'next': way_back}, safe='/')}"
            return HttpResponse(headers={"HX-Redirect": target})
        return kept_forms.to_sign_in(kept, way_back)


def _is_at_or_below(request: HttpRequest, names: tuple[str, ...]) -> bool:
    """Return whether the request asks for one of the pages, for one below them, or for what is open to everybody."""
    pages = [reverse(name) for name in (*names, *ports.open_during_sign_in)]
    return request.path.startswith((*pages, settings.STATIC_URL))


def _path_of(address: str) -> str:
    """Return the path of an address that a browser sent, or "" where it cannot be parsed."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _asked_by_the_page(request: HttpRequest) -> bool:
    """Return whether an open page is polling, which does not count as use of the session."""
    return request.headers.get("HX-Request") == "true"


def _has_switched(request: HttpRequest, response: HttpResponseBase) -> bool:
    at = request.resolver_match.view_name if request.resolver_match else ""
    return at == SWITCH and request.method == "POST" and response.status_code == 302
