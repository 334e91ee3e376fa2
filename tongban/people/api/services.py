"""DO: issue, authenticate and revoke tokens, delete old idempotency keys."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid, NotAllowed, NotFound
from tongban.people.api import events
from tongban.people.api.allowance import HOUR, MINUTE
from tongban.people.api.models import ApiToken, AskedFor, IdempotencyKey
from tongban.people.api.queries import PREFIX, TokenInForce, token_of
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.trust.crypto.services import digest

MAX_DAYS = 366
KEY_RETENTION = timedelta(hours=24)


@transaction.atomic
def issue_token(
    subject_id: UUID,
    *,
    label: str,
    scopes: Collection[str],
    days: int,
    actor: Actor,
    account_id: UUID | None = None,
    principal_id: UUID | None = None,
    reason: str = "",
) -> tuple[ApiToken, str]:
    """Return a new token and its text, which is shown once.

    The token acts as the given account, otherwise as the holder's own one. `days` is its validity, 1 to MAX_DAYS.
    Raises Invalid, or NotAllowed for an account for a post and for an officer without an own account.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(f"权限范围只有：{'、'.join(SCOPES)}。请检查：{'、'.join(unknown) or '没有选择'}", field="scopes")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"有效期是 1 至 {MAX_DAYS} 天。", field="days")
    if not 1 <= len(label.strip()) <= 60:
        raise Invalid("请写一个不超过 60 个字的名称，说明这个令牌给谁用。", field="label")
    holder = identity.subject(subject_id)
    account = identity.account_of(account_id) if account_id else next(iter(identity.own_accounts(holder.id)), None)
    if account is not None and identity.citizen_of(account, holder.id) is None:
        raise NotAllowed("这个账号不是本人自己的账号，不能申请接口令牌，请用群众或企业自己的账号。")
    if account is None and identity.actor_of_subject(holder.id).is_officer:
        raise NotAllowed("工作人员账号不能申请接口令牌，请用群众或企业账号。")
    principal_id = principal_id or subject_id
    if principal_id != subject_id and not identity.represents(subject_id, principal_id):
        raise NotAllowed("您不能代表这个企业，不能为它申请接口令牌。")
    text, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    token = ApiToken.objects.create(
        digest=digest(text.encode()).hex(),
        label=label.strip(),
        subject_id=subject_id,
        account=account,
        principal_id=principal_id,
        scopes=sorted(scopes),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    event = events.TokenIssued(
        subject=token.id, holder=str(subject_id), principal_id=str(principal_id), scopes=" ".join(token.scopes)
    )
    announce(event, actor=actor, at=now, reason=reason)
    return token, text


def authenticate_token(text: str) -> TokenInForce | None:
    """Return the token if it is in force, and store the day of its use, once a day."""
    found, today = token_of(text), clock.legal_day(clock.now())
    if found is not None and found.token.used_on != today:
        ApiToken.objects.filter(id=found.token.id).update(used_on=today)
    return found


@transaction.atomic
def revoke_token(token_id: UUID, *, reason: str, actor: Actor) -> None:
    """Revoke the token. Safe to repeat."""
    token = ApiToken.objects.select_for_update().filter(id=token_id).first()
    if token is None:
        raise NotFound("没有找到这个令牌。")
    if token.revoked_at is None:
        _revoke(token, reason, actor)


@transaction.atomic
def revoke_tokens_for(principal_id: UUID, *, holder_id: UUID, until: datetime, reason: str, actor: Actor) -> int:
    """Revoke the tokens issued until then to a holder who may no longer act for the principal; return how many."""
    open_ones = ApiToken.objects.select_for_update().filter(
        subject_id=holder_id, principal_id=principal_id, issued_at__lte=until, revoked_at=None
    )
    tokens = list(open_ones.order_by("id"))
    for token in tokens:
        _revoke(token, reason, actor)
    return len(tokens)


@transaction.atomic
def revoke_tokens_of_account(account_id: UUID, *, reason: str, actor: Actor) -> int:
    """Revoke all tokens of an account; return how many."""
    tokens = list(ApiToken.objects.select_for_update().filter(account_id=account_id, revoked_at=None).order_by("id"))
    for token in tokens:
        _revoke(token, reason, actor)
    return len(tokens)


def _revoke(token: ApiToken, reason: str, actor: Actor) -> None:
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    announce(events.TokenRevoked(subject=token.id), actor=actor, at=token.revoked_at, reason=reason)


def forget_old_keys() -> int:
    """Delete idempotency keys older than KEY_RETENTION with their answers; return how many.

    Also deletes the counts of past windows, of which the longest is an hour.
    """
    AskedFor.objects.filter(minute__lte=clock.now().timestamp() // MINUTE - HOUR // MINUTE).delete()
    return IdempotencyKey.objects.filter(at__lt=clock.now() - KEY_RETENTION).delete()[0]
