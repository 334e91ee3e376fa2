"""How the person of a request signed in at the portal, in the words of OpenID Connect.

All of it is of the browser's own session: two sessions of one person say different things.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, QueryDict

from tongban.foundation import clock
from tongban.people.identity.queries import Account
from tongban.people.signin import queries as signin
from tongban.people.sso import rules
from tongban.people.sso.queries import digest_of
from tongban.people.sso.services import Authentication

ASKED = "sso.asked"
"""Session key: requests for which a proof was asked for, by digest, and when."""
ASKED_FOR = 1800
"""Seconds within which somebody has to prove who they are for one request."""


def authentication_of(request: HttpRequest) -> Authentication:
    """From which session, at which level, by what and when."""
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
    """The real-name level that the person has in this session."""
    account = request.user
    assert isinstance(account, Account)
    return signin.level_of(account)


def authenticated_at(request: HttpRequest) -> datetime | None:
    """When the person last proved in this session who they are; None where the session does not say."""
    at = max((float(record["at"]) for record in _records(request)), default=None)
    return None if at is None else datetime.fromtimestamp(at, UTC)


def must_prove_again(request: HttpRequest, *, prompt: Iterable[str], max_age: int | None) -> bool:
    """Whether a proof is due first: `prompt=login`, or the last one is older than `max_age` seconds.

    It is given only after it was asked for, and for one answer: an older proof answers
    neither a reload nor a repetition of the request.
    """
    at = authenticated_at(request)
    if at is None:
        return True
    old = max_age is not None and (clock.now() - at).total_seconds() > max_age
    if not old and "login" not in prompt:
        return False
    asked_at = request.session.get(ASKED, {}).get(_key(request))
    return asked_at is None or not asked_at <= at.timestamp() <= asked_at + ASKED_FOR


def note_asked(request: HttpRequest) -> None:
    """A proof is asked for, for this request."""
    now = time.time()
    waiting = {key: at for key, at in request.session.get(ASKED, {}).items() if at > now - ASKED_FOR}
    request.session[ASKED] = {**waiting, _key(request): now}


def note_answered(request: HttpRequest) -> None:
    """The request got its answer: made again, it needs another proof."""
    asked = request.session.get(ASKED, {})
    if asked.pop(_key(request), None) is not None:
        request.session[ASKED] = asked


def _key(request: HttpRequest) -> str:
    """One request, whether or not the page of consent came in between."""
    query = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
    query.pop("prompt", None)
    return digest_of(query.urlencode())


def _ways(request: HttpRequest) -> list[str]:
    """In which ways the person proved who they are, in our words and the library's, as `rules.METHODS` knows them."""
    return [
        "passkey" if record.get("passwordless") else str(record.get("type") or record["method"])
        for record in _records(request)
    ]


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    account = request.user
    assert isinstance(account, Account)
    return list(get_authentication_records(request, account))
