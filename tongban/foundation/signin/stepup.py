"""Step-up: a sensitive act asks again who is there, and then goes on with what was typed."""

import time
from datetime import UTC, datetime
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode

from tongban.foundation.identity.actors import Actor, Proof
from tongban.foundation.identity.queries import Account
from tongban.foundation.signin import queries
from tongban.foundation.signin.adapters import address_of, network_of
from tongban.foundation.signin.queries import has_factor
from tongban.foundation.signin.watch import DEVICE, device_of

WANTED = "signin.proof"
"""Session key: how fresh a proof is asked for."""
ACT = "signin.act"
"""Session key: what was posted when a proof was asked for, and since when it may go on. Sessions are encrypted."""
TO_GO_ON = 60
"""Seconds between the proof and the act: a browser that did not come back by then does it by a new click only."""


class SignInRoom:
    """Answers the port that identity owns (`identity/stepup.py`)."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        """Whether the session's records hold a proof that is young enough."""
        account = request.user
        if not isinstance(account, Account):
            return False
        latest = _latest(request, account)
        at = _second_factor_at(latest, account) if factor else max(latest.values(), default=None)
        return at is not None and at >= time.time() - minutes * 60

    def proof_of(self, request: HttpRequest) -> Proof | None:
        account = request.user
        if not isinstance(account, Account):
            return None
        latest = _latest(request, account)
        records = get_authentication_records(request, account)
        return Proof(
            strength=3 if "mfa" in latest else 2 if {"password", "code"} <= latest.keys() else min(len(latest), 1),
            second_factor_at=_moment(_second_factor_at(latest, account)),
            signed_in_at=_moment(min((record["at"] for record in records), default=None)),
            network=network_of(address_of(request)),
            device=device_of(request),
            signed_in_device=request.session.get(DEVICE, ""),
        )

    def uses_factor(self, request: HttpRequest) -> bool:
        account = request.user
        return isinstance(account, Account) and (settings.SECOND_FACTOR_REQUIRED or has_factor(account))

    def has_factor(self, subject_id: UUID) -> bool:
        return settings.SECOND_FACTOR_REQUIRED or queries.subject_has_factor(subject_id)

    def level_of(self, actor: Actor) -> int:
        return queries.level_of_actor(actor)


def _latest(request: HttpRequest, account: Account) -> dict[str, float]:
    """When the session's person last proved himself in each way, in seconds of the epoch."""
    records = sorted(get_authentication_records(request, account), key=lambda record: record["at"])
    return {record["method"]: record["at"] for record in records}


def _second_factor_at(latest: dict[str, float], account: Account) -> float | None:
    """When he last proved himself by a second factor: a TOTP code, a passkey or a recovery code.

    For an account without one, when its password and a code to its phone were both given; where it has no password
    either, the code.
    """
    moments = [latest["mfa"]] if "mfa" in latest else []
    without = {"password", "code"} if account.has_usable_password() else {"code"}
    if without <= latest.keys() and not has_factor(account):
        moments.append(min(latest[method] for method in without))
    return max(moments, default=None)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def ask_for_proof(request: HttpRequest, *, minutes: int, factor: bool) -> HttpResponse:
    """Put the request aside with what was typed (files excepted), and lead to the page where he proves himself."""
    request.session[WANTED] = {"minutes": minutes, "factor": factor}
    if request.method == "POST":
        query, typed = request.GET.urlencode(), request.POST.urlencode()
        request.session[ACT] = {"path": request.path, "query": query, "typed": typed}
    else:
        request.session.pop(ACT, None)
    back = request.path if request.method == "POST" else request.get_full_path()
    return redirect(f"{page_of_proof(request)}?{urlencode({'next': back})}")


def page_of_proof(request: HttpRequest) -> str:
    """Where the person proves himself: by his factor where he has one, else by password and SMS."""
    account = request.user
    assert isinstance(account, Account)
    return reverse("mfa_reauthenticate" if has_factor(account) else "account_reauthenticate")


def go_on(request: HttpRequest, back: str) -> HttpResponse:
    """After the proof: to the address of the act, where `resume` makes the post of it; else `back`."""
    request.session.pop(WANTED, None)
    act = request.session.get(ACT)
    if act is None or act["path"] != back:
        request.session.pop(ACT, None)
        return redirect(back or "mfa_index")
    request.session[ACT] = act | {"proved_at": time.time()}
    return redirect(f"{act['path']}?{act['query']}" if act["query"] else act["path"])


def resume(request: HttpRequest) -> None:
    """Turn the GET after a proof into the post that waited for it, once: its answer stands at its own address.

    Rendered at the address of the proof, a form that was refused would be posted there, and lost.
    """
    act = request.session.get(ACT)
    if request.method != "GET" or act is None or "proved_at" not in act or act["path"] != request.path:
        return
    del request.session[ACT]
    if act["proved_at"] < time.time() - TO_GO_ON:
        return
    request.method = request.META["REQUEST_METHOD"] = "POST"
    request.POST = QueryDict(act["typed"])
    request._files = MultiValueDict()  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # they were made when it was posted
