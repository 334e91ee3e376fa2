"""Change accounts (the phone, the password, the subject behind them) and close them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, NotFound
from tongban.people.identity import events, queries
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.rules import PHONE_PURPOSE
from tongban.people.identity.services.posts import holds_any
from tongban.trust.crypto.services import blind_indexes, hold_value

PHONE_TAKEN = "这个手机号已经用于另一个账号，请换一个手机号。"


def lock_accounts(ids: Collection[UUID]) -> dict[UUID, Account]:
    """Lock accounts in the order of their ids, and return them as they are now. Needs a transaction.

    Whoever changes two accounts locks both of them first. Otherwise two people who take each other's phone at once
    wait for each other.
    """
    rows = Account.objects.select_for_update().filter(id__in=ids).order_by("id")
    return {account.id: account for account in rows}


@transaction.atomic
def verify_phone(account_id: UUID, *, phone: str, actor: Actor) -> Account:
    """Record that the holder proved to have the phone (11 digits), and may sign in with it from now on.

    Where their record names the former phone of their own account, it names the new one too: notices and objection
    codes would otherwise reach whoever holds the old number. Raises Conflict if another account has the phone: a phone
    signs in to one account.
    """
    account = _locked(account_id)
    hold_value(phone, purpose=PHONE_PURPOSE)
    indexes = blind_indexes(phone, purpose=PHONE_PURPOSE)
    if account.phone_index in indexes:
        return account
    if len(indexes) > 1 and Account.objects.filter(phone_index__in=indexes[1:]).exists():
        raise Conflict(PHONE_TAKEN, field="phone")
    old, account.phone, account.phone_index = account.phone, phone, indexes[0]
    try:
        with transaction.atomic():
            account.save(update_fields=["phone", "phone_index"])
    except IntegrityError:
        raise Conflict(PHONE_TAKEN, field="phone") from None
    if old and account.subject.phone == old and queries.is_own(account):
        account.subject.phone = phone
        account.subject.save(update_fields=["phone"])
    announce(events.PhoneVerified(subject=account.id), actor=actor, at=clock.now())
    return account


@transaction.atomic
def release_phone(account_id: UUID, *, phone: str, actor: Actor) -> bool:
    """Remove a phone that another person proved to have from the account and from its subject's record.

    Messages to the former holder would otherwise reach the new one. Return False, and change nothing, if the account
    no longer has this phone.
    """
    account = _locked(account_id)
    hold_value(phone, purpose=PHONE_PURPOSE)
    if account.phone != phone:
        return False
    _clear_on_record(account)
    account.phone = account.phone_index = None
    account.save(update_fields=["phone", "phone_index"])
    released = events.PhoneReleased(subject=account.id, holder=str(account.subject_id))
    announce(released, actor=actor, at=clock.now())
    return True


@transaction.atomic
def set_password(account_id: UUID, *, password: str) -> Account:
    """Store the hash of a new password. The sign-in room, which checks passwords, announces the change."""
    account = _locked(account_id)
    account.password = make_password(password)
    account.initial_until = account.initial_used_at = None
    account.save(update_fields=["password", "initial_until", "initial_used_at"])
    return account


@transaction.atomic
def give_initial_password(
    account_id: UUID, *, encoded_password: str, until: datetime, delivered: str, reason: str, actor: Actor
) -> Account:
    """Give an account for a post a password that signs in once, before `until`. Raises Conflict for own accounts."""
    account = _locked(account_id)
    if account.own_from is not None or not account.is_active:
        raise Conflict("这是本人自己的账号，密码由本人找回，单位不能重新发放。")
    account.password, account.initial_until, account.initial_used_at = encoded_password, until, None
    account.save(update_fields=["password", "initial_until", "initial_used_at"])
    issued = events.InitialPasswordIssued(subject=account.id, holder=str(account.subject_id), delivered=delivered)
    announce(issued, actor=actor, at=clock.now(), reason=reason)
    return account


def use_initial_password(account_id: UUID, *, at: datetime) -> bool:
    """Use up the initial password. Return whether it could be used; of parallel attempts one succeeds."""
    unused = Account.objects.filter(id=account_id, initial_used_at=None, initial_until__gt=at)
    return bool(unused.update(initial_used_at=at))


@transaction.atomic
def make_own(account_id: UUID, *, since: datetime, actor: Actor) -> Account:
    """Make an account for a post its holder's own from `since`, once they proved on it who they are."""
    account = _locked(account_id)
    if account.own_from is not None and account.own_from <= since:
        return account
    account.own_from = since
    account.save(update_fields=["own_from"])
    owned = events.AccountOwned(subject=account.id, holder=str(account.subject_id), since=since.isoformat())
    announce(owned, actor=actor, at=clock.now())
    return account


@transaction.atomic
def bind_account(account_id: UUID, *, subject_id: UUID, actor: Actor, own_from: datetime | None = None) -> Account:
    """Bind an account opened under a name only to the registered subject that its holder proved to be.

    Until `own_from` the account opens nothing of that person's. Raises Conflict if the account has a registered holder
    already, or the subject has an own account. An account for one of their posts does not matter.
    """
    account = _locked(account_id)
    if account.subject_id == subject_id:
        return account
    if account.subject.number:
        raise Conflict("这个账号已经有实名的持有人，不能改到别人名下。")
    if not Subject.objects.filter(id=subject_id).exists():
        raise NotFound("没有找到这个人的登记。")
    if queries.has_own_account(subject_id):
        raise Conflict("这个人已经有账号，请用原来的账号登录；忘记密码可以找回。")
    now = clock.now()
    account.subject_id, account.own_from = subject_id, own_from or now
    account.save(update_fields=["subject", "own_from"])
    announce(events.AccountBound(subject=account.id, holder=str(subject_id)), actor=actor, at=now)
    return account


@transaction.atomic
def unbind_account(account_id: UUID, *, subject_id: UUID | None, actor: Actor, reason: str) -> Account:
    """Undo a binding, or an account's becoming somebody's own, because that person objected.

    `subject_id` is the subject behind the account before; None where the account only stops being the person's own.
    """
    account = _locked(account_id)
    holder, now = account.subject_id, clock.now()
    if subject_id is None:
        account.own_from = None
    else:
        account.subject_id, account.own_from = subject_id, account.opened_at
    account.save(update_fields=["subject", "own_from"])
    announce(events.AccountUnbound(subject=account.id, holder=str(holder)), actor=actor, at=now, reason=reason)
    if account.own_from is None and not holds_any(holder):
        close_account(account.id, reason="本人提出异议，账号不再有岗位", actor=actor)
    return account


@transaction.atomic
def forget_credentials(account_id: UUID) -> Account:
    """Remove password and phone, so that neither signs in any more. The sign-in room announces the change.

    The record loses the phone too: whoever has it would still receive notices and objection codes.
    """
    account = _locked(account_id)
    _clear_on_record(account)
    account.phone = account.phone_index = account.initial_until = account.initial_used_at = None
    account.set_unusable_password()
    account.save(update_fields=["phone", "phone_index", "password", "initial_until", "initial_used_at"])
    return account


@transaction.atomic
def close_account(account_id: UUID, *, reason: str, actor: Actor) -> None:
    """Close the account: nobody can sign in to it, and its phone becomes free. Its records stay. Safe to repeat."""
    account = _locked(account_id)
    if not account.is_active:
        return
    account.is_active, account.phone, account.phone_index = False, None, None
    account.set_unusable_password()
    account.save(update_fields=["is_active", "phone", "phone_index", "password"])
    announce(events.AccountClosed(subject=account.id), actor=actor, at=clock.now(), reason=reason)


def _clear_on_record(account: Account) -> None:
    if account.phone and account.subject.phone == account.phone:
        account.subject.phone = ""
        account.subject.save(update_fields=["phone"])


def _locked(account_id: UUID) -> Account:
    account = Account.objects.select_for_update(of=("self",)).select_related("subject").filter(id=account_id).first()
    if account is None:
        raise NotFound("没有找到这个账号。")
    return account
