"""What a session records about its use: when it was last used, and whether its officer owes a second factor."""

from datetime import timedelta
from hashlib import sha256

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from tongban.foundation import clock
from tongban.people.identity import queries as identity
from tongban.people.identity.rules import IDLE_PUBLIC, IDLE_STAFF
from tongban.people.signin.queries import has_factor

WRITTEN_EVERY = 60
"""Seconds between two updates of the time of last use."""
SEEN, STAFF, OWES_FACTOR, DEVICE = "signin.seen", "signin.staff", "signin.owes_factor", "signin.device"


def begin_session(request: HttpRequest, account: identity.Account) -> None:
    """Record in a new session when it began, on which device, and whether an officer is behind it."""
    request.session[SEEN] = int(clock.now().timestamp())
    request.session[DEVICE] = device_of(request)
    note_posts(request, account)


def note_posts(request: HttpRequest, account: identity.Account) -> None:
    """Record whether an officer is behind the session: when it begins, and when they accept a post."""
    staff = identity.actor_of(account).is_officer
    if request.session.get(STAFF) != staff:
        request.session[STAFF] = staff
    if staff and settings.SECOND_FACTOR_REQUIRED and not has_factor(account):
        request.session[OWES_FACTOR] = True


def note_new_posts(request: HttpRequest) -> None:
    """Update a session that began before its person had a post, when they open an officers' page."""
    if isinstance(request.user, identity.Account) and not request.session.get(STAFF):
        note_posts(request, request.user)


def device_of(request: HttpRequest) -> str:
    """Return a short digest of the user agent: enough to notice that a session has moved to another device."""
    return sha256(request.META.get("HTTP_USER_AGENT", "").encode()).hexdigest()[:16]


def idle_limit(request: HttpRequest) -> timedelta:
    return IDLE_STAFF if request.session.get(STAFF) else IDLE_PUBLIC


def was_idle_too_long(request: HttpRequest) -> bool:
    """Return whether the session was unused for longer than it may be."""
    seen = request.session.get(SEEN)
    return isinstance(seen, int) and clock.now().timestamp() - seen > idle_limit(request).total_seconds()


def note_use(request: HttpRequest) -> None:
    """Update the time of last use, at most once a minute."""
    now = int(clock.now().timestamp())
    if now - request.session.get(SEEN, 0) >= WRITTEN_EVERY:
        request.session[SEEN] = now
        UserSession.objects.create_from_request(request)
