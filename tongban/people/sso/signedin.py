"""How the person of a request signed in at the portal, in the terms of OpenID Connect.

Everything is about the browser's own session: two sessions of one person may differ.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypedDict

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, QueryDict

from tongban.foundation import clock
from tongban.people.identity.queries import Account
from tongban.people.signin import queries as signin
from tongban.people.sso import rules
from tongban.people.sso.queries import digest_of
from tongban.people.sso.services import Authentication


class ProofRecord(TypedDict, total=False):
    """One proof in a session, as the library records it. `at` is in seconds since the epoch."""

    method: str
    at: float
    type: str
    passwordless: bool


ASKED = "sso.asked"
"""Session key: the requests for which a proof was asked, by digest, with the time."""
ASKED_FOR = 1800
"""Seconds within which the proof for one request must be given."""


def authentication_of(request: HttpRequest) -> Authentication:
    """Return the session, the level, the methods and the time of the sign-in."""
    assert request.session.session_key is not None
    at = authenticated_at(request)
    assert at is not None
    return Authentication(
        portal_session=request.session.session_key,
        level=f"L{level_of(request)}",
        methods=rules.methods_of(_ways(request)),
        at=at,
    )


def level_of(request: HttpRequest) -> int:
    """Return the real-name level that the person has in this session."""
    account = request.user
    assert isinstance(account, Account)
    return signin.level_of(account)


def authenticated_at(request: HttpRequest) -> datetime | None:
    """Return when the person last proved who they are in this session; None if the session does not say."""
    at = max((float(record["at"]) for record in _records(request)), default=None)
    return None if at is None else datetime.fromtimestamp(at, UTC)


def must_prove_again(request: HttpRequest, *, prompt: Iterable[str], max_age: int | None) -> bool:
    """Return whether a new proof is needed first: for `prompt=login`, or if the last is older than `max_age` seconds.

    A proof counts only if it was given after being asked for, and for one answer: an older proof answers neither a
    reload nor a repetition of the request.
    """
    at = authenticated_at(request)
    if at is None:
        return True
    old = max_age is not None and (clock.now() - at).total_seconds() > max_age
    if not old and "login" not in prompt:
        return False
    asked_at = request.session.get(ASKED, {}).get(_key(request))
    return asked_at is None or not asked_at <= at.timestamp() <= asked_at + ASKED_FOR


def record_asked(request: HttpRequest) -> None:
    """Record that a proof is asked for, for this request."""
    now = time.time()
    waiting = {key: at for key, at in request.session.get(ASKED, {}).items() if at > now - ASKED_FOR}
    request.session[ASKED] = {**waiting, _key(request): now}


def record_answered(request: HttpRequest) -> None:
    """Record that the request was answered: the same request needs another proof."""
    asked = request.session.get(ASKED, {})
    if asked.pop(_key(request), None) is not None:
        request.session[ASKED] = asked


def _key(request: HttpRequest) -> str:
    """Return the digest of the request, which is the same before and after the page of consent."""
    query = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
    query.pop("prompt", None)
    return digest_of(query.urlencode())


def _ways(request: HttpRequest) -> list[str]:
    """Return how the person proved who they are, in the terms of `rules.METHODS`."""
    return [
        "passkey" if record.get("passwordless") else str(record.get("type") or record["method"])
        for record in _records(request)
    ]


def _records(request: HttpRequest) -> list[ProofRecord]:
    account = request.user
    assert isinstance(account, Account)
    return list(get_authentication_records(request, account))
