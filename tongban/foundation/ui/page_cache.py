"""Middleware that answers anonymous readers of public pages from memory, until something that they show is published.

Only pages of views that declare it (`keeping.kept`) are kept, and only from a request that says nothing about the
reader: before such a view runs, every cookie and every header of the reader is taken off the request. So a kept page
cannot contain anything of one reader, whatever a view or a middleware reads.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import global_settings, settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from tongban.foundation import clock
from tongban.foundation.registry import Registry
from tongban.foundation.ui import elder, publications
from tongban.foundation.ui.keeping import keeping_of, limit_of
from tongban.foundation.ui.kept_pages import Key, Page, pages

LONGEST = timedelta(minutes=10)
"""No page is kept for longer, and none beyond midnight: a page may show what begins or ends with a day."""
_NAMES_A_READER = ("HTTP_AUTHORIZATION", "HTTP_HX_REQUEST", "CONTENT_TYPE", "CONTENT_LENGTH")
"""A request with one of these gets no kept page: it carries a token, asks for a part of a page, or has a body."""
_SEEN_BY_VIEW = ("HTTP_HOST", "HTTP_X_FORWARDED_PROTO")
"""The only headers that the view of a kept page sees."""
_PLAN = "_kept_page"
harmless: Registry[str] = Registry("keys of a session that say nothing about its reader")
"""By key, what it is for. With a session of only such keys, a reader sees what everybody sees."""


@dataclass(frozen=True)
class _Plan:
    """What is needed to keep the page of a request: read before its view runs."""

    key: Key
    versions: tuple[tuple[str, str], ...]


class PageCache:
    """Answers from kept pages, and keeps pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_anonymous(request):
            return self.get_response(request)
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        page = pages.get(key_of(request))
        if page is not None:
            versions = publications.versions()
            if versions is not None and page.is_current(versions, clock.now()):
                return _answer(page, known)
        response = self.get_response(request)
        plan: _Plan | None = vars(request).get(_PLAN)
        if plan is None or not may_be_kept(request, response):
            return response
        page = _page(request, response, plan)
        pages.put(plan.key, page)
        return _answer(page, known)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Take everything about the reader off a request whose page will be kept. Runs before every other check.

        Whoever has a session that says nothing about them gets a page that is kept already.
        """
        keeping = keeping_of(view)
        if keeping is None or request.method != "GET":
            return None
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        if not keeping.query.issuperset(request.GET) or not ("text/html" in accept or "*/*" in accept):
            return None
        if not is_anonymous(request):
            return _for_signed_out(request)
        versions = publications.versions()
        if versions is None:
            return None
        key = key_of(request)
        known = tuple((topic, versions.get(topic, "")) for topic in keeping.topics)
        vars(request)[_PLAN] = _Plan(key, known)
        make_anonymous(request, elder_chosen=key.elder)
        return None


def _for_signed_out(request: HttpRequest) -> HttpResponse | None:
    """Return the kept page for a request with a session cookie whose session is over, or says nothing; else None.

    The session was read when the request came in, so this costs no query. Nothing is kept of such a request.
    """
    if connection.in_atomic_block or any(request.META.get(name) for name in _NAMES_A_READER):
        return None
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    if session is None or user is None or user.is_authenticated or not set(session.keys()) <= set(harmless.names()):
        return None
    page = pages.get(key_of(request))
    versions = publications.versions() if page is not None else None
    if page is None or versions is None or not page.is_current(versions, clock.now()):
        return None
    return _answer(page, request.META.get("HTTP_IF_NONE_MATCH", ""))


def is_anonymous(request: HttpRequest) -> bool:
    """Return whether the request asks for a page and carries nothing by which somebody may be known.

    Within a transaction, as in most tests, the page may show what is not committed: nothing is read or kept there.
    """
    if request.method not in {"GET", "HEAD"} or any(request.META.get(name) for name in _NAMES_A_READER):
        return False
    if "HTTP_COOKIE" in request.META and not _session_cookies().isdisjoint(request.COOKIES):
        return False
    return not connection.in_atomic_block


def _session_cookies() -> set[str]:
    """Return the cookies whose holder may be signed in: the present one, and the former one (`signin.cookies`)."""
    return {settings.SESSION_COOKIE_NAME, global_settings.SESSION_COOKIE_NAME}


def key_of(request: HttpRequest) -> Key:
    """Return the key of the page that the request asks for."""
    host, query = request.get_host(), request.META.get("QUERY_STRING", "")
    for_elders = "HTTP_COOKIE" in request.META and elder.chosen(request)
    is_open_ended = bool(query) or host not in settings.ALLOWED_HOSTS
    return Key(request.scheme or "", host, request.path, query, for_elders, is_open_ended)


def make_anonymous(request: HttpRequest, *, elder_chosen: bool) -> None:
    """Take every cookie and every header off the request except the host, the scheme and the elders' edition."""
    for name in [name for name in request.META if name.startswith("HTTP_") and name not in _SEEN_BY_VIEW]:
        del request.META[name]
    request.META["HTTP_ACCEPT"] = "text/html"
    for name in ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE"):  # the middleware has read the cookie, or refused it
        request.META.pop(name, None)
    request.META["REMOTE_ADDR"] = ""
    vars(request).pop("headers", None)
    request.COOKIES = {elder.COOKIE: "1"} if elder_chosen else {}


def may_be_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the response to an anonymous request is the same for everybody.

    It is not if anything made it for one reader after all: a cookie, a CSRF token, a session, somebody signed in, or
    headers that say so.
    """
    if not isinstance(response, HttpResponse) or response.streaming or response.status_code != 200:
        return False
    if response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or "CSRF_COOKIE" in request.META:
        return False
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    if session is not None and (session.session_key or session.modified or session.keys()):
        return False
    if getattr(user, "is_authenticated", False):
        return False
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",")}
    own_headers = {"Cache-Control", "Content-Encoding", "Set-Cookie", "ETag", "Location"}
    return varies <= {"", "cookie"} and not any(name in response.headers for name in own_headers)


def _page(request: HttpRequest, response: HttpResponseBase, plan: _Plan) -> Page:
    assert isinstance(response, HttpResponse)
    now = clock.now()
    patch_vary_headers(response, ["Cookie"])
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    headers = dict(response.items()) | {"ETag": etag, "Cache-Control": "no-cache"}
    until = min(now + LONGEST, _midnight_after(now), limit_of(request) or now + LONGEST)
    return Page(response.content, headers, etag, plan.versions, until)


def _midnight_after(now: datetime) -> datetime:
    return clock.start_of(clock.legal_day(now) + timedelta(days=1))


def _answer(page: Page, known: str) -> HttpResponse:
    """Return a new response with the page, or 304 where the reader has it already (`known`: If-None-Match)."""
    if known and (known.strip() == "*" or page.etag in {tag.removeprefix("W/") for tag in parse_etags(known)}):
        return HttpResponseNotModified(headers={name: page.headers[name] for name in ("ETag", "Cache-Control", "Vary")})
    return HttpResponse(page.content, headers=dict(page.headers))
