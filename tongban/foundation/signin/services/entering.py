"""Prove that somebody may come in: by a password, or by a code sent to his phone. Note who came and went."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity import services as identities
from tongban.foundation.identity.actors import Actor, machine
from tongban.foundation.identity.queries import Account
from tongban.foundation.signin import events
from tongban.foundation.signin.queries import account_called
from tongban.foundation.signin.services.codes import check_code, send_code
from tongban.foundation.signin.services.locking import (
    check_not_locked,
    count_failure,
    forget_failures,
    key_of,
)

WRONG = "账号或密码不对，请检查后重试；忘记密码可以用手机号找回，或拨打 12345、到服务窗口重置。"


class InitialPasswordOver(Invalid):
    """Said only to whoever knows the password."""

    code = "initial-password-over"
    message = "这个初始密码已经用过或过期。请联系您的单位重新发放；拿到新的初始密码后，登录时马上改成自己的密码。"


def prove_password(identifier: str, password: str, *, address: str) -> Account:
    """The account of a login name, phone, resident's number or credit code, if the password is its own.

    An initial password is used up by this. Invalid otherwise, in the same words and time whether there is such an
    account or not; Locked after too many.
    """
    account = account_called(identifier)
    keys = _key(account, identifier), key_of("address", address)
    check_not_locked(*keys)
    if account is None:
        make_password(password)  # as long as checking one takes
    elif account.check_password(password) and account.is_active:
        forget_failures([keys[0]])
        if account.initial_until is not None and not identities.use_initial_password(account.id, at=clock.now()):
            raise InitialPasswordOver
        return account
    _fail(account, *keys, kind="password")
    raise Invalid(WRONG)


def send_sign_in_code(phone: str, *, address: str) -> UUID:
    """Send a code to sign in with; to a phone that has no account nothing is sent, and nobody can tell."""
    check_not_locked(key_of("address", address))
    account = identity.account_by_phone(phone)
    known = account is not None and account.is_active
    return send_code(
        phone,
        purpose="sign-in",
        address=address,
        account_id=account.id if account and known else None,
        instead=None if known else "",
    )


def prove_code(code_id: UUID | str, typed: str, *, address: str) -> Account:
    """The account to whose phone the code was sent; Invalid otherwise, Locked after too many."""
    address_key = key_of("address", address)
    check_not_locked(address_key)
    try:
        row = check_code(code_id, typed, purpose="sign-in")
    except Invalid:
        count_failure(key_of("code", str(code_id)), address_key)
        raise
    account = identity.account_of(row.account_id) if row.account_id else None
    if account is None or not account.is_active:
        raise Invalid("验证码不对或已过期，请检查短信后重填，或重新获取。", field="code")
    return account


def check_factor_not_locked(account: Account) -> None:
    """Locked when the account's second factor was wrong too often."""
    check_not_locked(key_of("factor", str(account.id)))


def count_factor_failure(account: Account, *, address: str) -> None:
    """One wrong TOTP or recovery code; Locked when it was one too many."""
    _fail(account, key_of("factor", str(account.id)), key_of("address", address), kind="factor")


def forget_factor_failures(account: Account) -> None:
    """The second factor was right."""
    forget_failures([key_of("factor", str(account.id))])


@transaction.atomic
def note_sign_in(account: Account, *, methods: list[str]) -> None:
    """He came in."""
    event = events.SignedIn(subject=account.id, methods=",".join(dict.fromkeys(methods)))
    announce(event, actor=Actor(subject_id=account.subject_id), at=clock.now())


@transaction.atomic
def note_sign_out(account: Account, *, by: str) -> None:
    """He left, or his session was ended."""
    announce(events.SignedOut(subject=account.id, by=by), actor=Actor(subject_id=account.subject_id), at=clock.now())


@transaction.atomic
def note_factor(account: Account, *, kind: str, added: bool) -> None:
    """A second factor was added or removed."""
    event = events.FactorAdded if added else events.FactorRemoved
    announce(event(subject=account.id, kind=kind), actor=Actor(subject_id=account.subject_id), at=clock.now())


def _key(account: Account | None, identifier: str) -> str:
    """What failures are counted by: the account however it is called, or what was typed where there is none."""
    return key_of("account", str(account.id)) if account else key_of("identifier", identifier.strip().lower())


@transaction.atomic
def _fail(account: Account | None, account_key: str, address_key: str, *, kind: str) -> None:
    locked = count_failure(account_key, address_key)
    if locked and account is not None:
        announce(events.SignInLocked(subject=account.id, kind=kind), actor=machine("sign-in lock"), at=clock.now())
