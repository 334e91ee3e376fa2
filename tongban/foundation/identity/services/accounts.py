"""Change accounts: the phone they sign in with, the password, the subject behind them; close them."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.crypto.services import blind_indexes, hold_value
from tongban.foundation.errors import Conflict, NotFound
from tongban.foundation.identity import events
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.models import Account, Subject
from tongban.foundation.identity.rules import PHONE_PURPOSE

PHONE_TAKEN = "这个手机号已经用于另一个账号，请换一个手机号。"


@transaction.atomic
def verify_phone(account_id: UUID, *, phone: str, actor: Actor) -> Account:
    """The holder proved to have the phone (11 digits): he may sign in with it from now on.

    Conflict when another account has it: a phone signs in to one account.
    """
    account = _locked(account_id)
    hold_value(phone, purpose=PHONE_PURPOSE)
    indexes = blind_indexes(phone, purpose=PHONE_PURPOSE)
    if account.phone_index in indexes:
        return account
    if len(indexes) > 1 and Account.objects.filter(phone_index__in=indexes[1:]).exists():
        raise Conflict(PHONE_TAKEN, field="phone")
    account.phone, account.phone_index = phone, indexes[0]
    try:
        with transaction.atomic():
            account.save(update_fields=["phone", "phone_index"])
    except IntegrityError:
        raise Conflict(PHONE_TAKEN, field="phone") from None
    announce(events.PhoneVerified(subject=account.id), actor=actor, at=clock.now())
    return account


@transaction.atomic
def set_password(account_id: UUID, *, password: str) -> Account:
    """Keep the digest of a new password. The room that checks passwords announces what happened."""
    account = _locked(account_id)
    account.password = make_password(password)
    account.save(update_fields=["password"])
    return account


@transaction.atomic
def bind_account(account_id: UUID, *, subject_id: UUID, actor: Actor) -> Account:
    """The holder of an account under a name only proved to be `subject_id`, whom the city knew already."""
    account = _locked(account_id)
    if account.subject_id == subject_id:
        return account
    if account.subject.number:
        raise Conflict("这个账号已经有实名的持有人，不能改到别人名下。")
    if not Subject.objects.filter(id=subject_id).exists():
        raise NotFound("没有找到这个人的登记。")
    if Account.objects.filter(subject_id=subject_id, is_active=True).exists():
        raise Conflict("这个人已经有账号，请用原来的账号登录；忘记密码可以找回。")
    account.subject_id = subject_id
    account.save(update_fields=["subject"])
    announce(events.AccountBound(subject=account.id, holder=str(subject_id)), actor=actor, at=clock.now())
    return account


@transaction.atomic
def close_account(account_id: UUID, *, reason: str, actor: Actor) -> None:
    """Nobody signs in with it any more; its phone is free for another. What was done with it stays."""
    account = _locked(account_id)
    if not account.is_active:
        return
    account.is_active, account.phone, account.phone_index = False, None, None
    account.set_unusable_password()
    account.save(update_fields=["is_active", "phone", "phone_index", "password"])
    announce(events.AccountClosed(subject=account.id), actor=actor, at=clock.now(), reason=reason)


def _locked(account_id: UUID) -> Account:
    account = Account.objects.select_for_update(of=("self",)).select_related("subject").filter(id=account_id).first()
    if account is None:
        raise NotFound("没有找到这个账号。")
    return account
