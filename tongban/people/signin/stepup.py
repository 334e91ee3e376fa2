"""How the signed-in person proved who they are: fills the port that identity owns."""

import time
from datetime import UTC, datetime
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from tongban.people.identity.actors import Actor, Proof
from tongban.people.identity.queries import Account
from tongban.people.signin import queries
from tongban.people.signin.addresses import address_of, network_of
from tongban.people.signin.queries import had_factor
from tongban.people.signin.session_guard import DEVICE, device_of


class SignInRoom:
    """The sign-in room's answers to the port in `identity/stepup.py`."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        """Return whether the session's records hold a recent enough proof."""
        account = request.user
        if not isinstance(account, Account):
            return False
        latest = _latest(request, account)
        at = _second_factor_at(latest, account) if factor else max(latest.values(), default=None)
        return at is not None and at >= time.time() - minutes * 60

    def proof_of(self, request: HttpRequest) -> Proof:
        account = request.user
        assert isinstance(account, Account)
        latest = _latest(request, account)
        records = get_authentication_records(request, account)
        return Proof(
            uses_factor=settings.SECOND_FACTOR_REQUIRED or had_factor(account),
            strength=3 if "mfa" in latest else 2 if {"password", "code"} <= latest.keys() else min(len(latest), 1),
            second_factor_at=_moment(_second_factor_at(latest, account)),
            signed_in_at=_moment(min((record["at"] for record in records), default=None)),
            network=network_of(address_of(request)),
            device=device_of(request),
            signed_in_device=request.session.get(DEVICE, ""),
        )

    def has_factor(self, subject_id: UUID) -> bool:
        return settings.SECOND_FACTOR_REQUIRED or queries.subject_has_factor(subject_id)

    def level_of(self, actor: Actor) -> int:
        return queries.level_of_actor(actor)


def _latest(request: HttpRequest, account: Account) -> dict[str, float]:
    """Return when the session's person last gave each kind of proof, in seconds since the epoch."""
    records = sorted(get_authentication_records(request, account), key=lambda record: record["at"])
    return {record["method"]: record["at"] for record in records}


def _second_factor_at(latest: dict[str, float], account: Account) -> float | None:
    """Return when a second factor was last given: a TOTP code, a passkey or a recovery code.

    For an account without a second factor, it is when both the password and a code to the phone had been given; without
    a password either, when the code was.
    """
    by_factor = latest.get("mfa")
    without = {"password", "code"} if account.has_usable_password() else {"code"}
    if not without <= latest.keys():
        return by_factor
    both = min(latest[method] for method in without)
    if by_factor is not None and by_factor >= both:
        return by_factor
    return by_factor if had_factor(account) else both


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
