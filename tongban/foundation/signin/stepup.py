"""Step-up: a sensitive act asks again who is there, and then goes on with what was typed."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from tongban.foundation.identity.queries import Account
from tongban.foundation.identity.stepup import check_fresh_second_factor
from tongban.foundation.signin import queries
from tongban.foundation.signin.watch import has_factor

View = Callable[..., HttpResponse]
WANTED = "signin.proof"
"""Session key: how fresh a proof is asked for."""


def require_fresh(
    *, minutes: int = 5, factor: bool = True, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Let a view run only for who proved himself within the last minutes; else the page for it comes first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                check_fresh_second_factor(request, minutes=minutes, factor=factor)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class SignInRoom:
    """Answers the port that identity owns (`identity/stepup.py`)."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        """Whether the session's records hold a proof that is young enough.

        A second factor is a TOTP code, a passkey or a recovery code; for an account without one, its password and a
        code sent to its phone, both.
        """
        account = request.user
        if not isinstance(account, Account):
            return False
        since = time.time() - minutes * 60
        young = {r["method"] for r in get_authentication_records(request, account) if r["at"] >= since}
        if "mfa" in young:
            return True
        if not factor:
            return bool(young)
        return {"password", "code"} <= young and not has_factor(account)

    def uses_factor(self, request: HttpRequest) -> bool:
        account = request.user
        return isinstance(account, Account) and (settings.SECOND_FACTOR_REQUIRED or has_factor(account))

    def level_of(self, subject_id: UUID) -> int:
        return queries.level_of(subject_id)


def ask_for_proof(request: HttpRequest, *, minutes: int, factor: bool) -> HttpResponse:
    """Put the request aside with what was typed (files excepted), and lead to the page where he proves himself."""
    request.session[WANTED] = {"minutes": minutes, "factor": factor}
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
    else:
        request.session.pop(STATE_SESSION_KEY, None)
    back = request.path if request.method == "POST" else request.get_full_path()
    return redirect(f"{page_of_proof(request)}?{urlencode({'next': back})}")


def page_of_proof(request: HttpRequest) -> str:
    """Where the person proves himself: by his factor where he has one, else by password and SMS."""
    account = request.user
    assert isinstance(account, Account)
    return reverse("mfa_reauthenticate" if has_factor(account) else "account_reauthenticate")
