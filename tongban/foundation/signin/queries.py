"""ASK: whose account is meant, which level somebody has and by what evidence, where he is signed in."""

from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Max, Q, QuerySet

from tongban.foundation import clock
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity.queries import Account
from tongban.foundation.signin.models import Message, Proof
from tongban.foundation.signin.rules import LEVELS, PROOFS, number_in, phone_in
from tongban.foundation.signin.sessions import kept_key as kept_key


def account_called(identifier: str) -> Account | None:
    """The account that a login name, a verified phone, a resident's number or a credit code means."""
    if phone := phone_in(identifier):
        return identity.account_by_phone(phone)
    if number := number_in(identifier):
        return identity.account_by_number(number)
    return identity.account_by_login_name(identifier.strip())


def level_of(subject_id: UUID) -> int:
    """The highest real-name level that the subject's evidence gives now; 0 without any."""
    return _current(subject_id).aggregate(level=Max("level"))["level"] or 0


def has_factor(account: Account) -> bool:
    """Whether the account has a second factor."""
    return _factors().filter(user_id=account.pk).exists()


def subject_has_factor(subject_id: UUID) -> bool:
    """Whether any account of the subject has one."""
    return _factors().filter(user__subject_id=subject_id).exists()


def _factors() -> "QuerySet[Authenticator]":
    """Recovery codes alone are none."""
    return Authenticator.objects.filter(type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN))


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence in words."""

    level: int
    words: str
    proof: Proof


def evidence_of(subject_id: UUID) -> list[Evidence]:
    """What the subject's level rests on, the strongest first."""
    rows = _current(subject_id).order_by("-level", "-at")[:20]
    return [Evidence(row.level, PROOFS.get(row.kind, (0, row.kind))[1], row) for row in rows]


def level_in_words(level: int) -> str:
    """L3 高级实名."""
    return f"L{level} {LEVELS[level]}"


def demo_messages(limit: int = 50) -> list[Message]:
    """What the demo's phone has received, the latest first."""
    return list(Message.objects.filter(state=Message.States.SENT).order_by("-queued_at")[:limit])


def _current(subject_id: UUID) -> QuerySet[Proof]:
    now = clock.now()
    return Proof.objects.filter(subject_id=subject_id).filter(Q(until__isnull=True) | Q(until__gt=now))
