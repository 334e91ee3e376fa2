"""Prove that somebody may come in: by a password, or by a code sent to the phone. Note who came and went."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.queries import Account
from tongban.people.signin import events
from tongban.people.signin.queries import account_by_identifier
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import check_code, send_to_holder
from tongban.people.signin.services.locking import Try, begin_try

WRONG = f"账号或密码不对，请检查后重试；忘记密码可以用手机号找回，或拨打 {city().hotline}、到服务窗口重置。"


PASSWORD, FACTOR = "password", "factor"
"""What is tried: each kind is counted apart."""


class InitialPasswordOver(Invalid):
    """Said only to whoever knows the password."""

    code = "initial-password-over"
    message = "这个初始密码已经用过或过期。请联系您的单位重新发放；拿到新的初始密码后，登录时马上改成自己的密码。"


def _of_nobody(account: Account) -> str:
    return ""


def prove_password(
    identifier: str, password: str, *, address: str, device_of: Callable[[Account], str] = _of_nobody
) -> Account:
    """The account of a login name, phone, resident's number or credit code, if the password is its own.

    An initial password is used up by this. Invalid otherwise, in the same words and time whether there is such an
    account or not; Locked after too many. `device_of` says how the account knows the browser, "" where it does not.
    """
    account = account_by_identifier(identifier)
    who = str(account.id) if account else f"nobody {identifier.strip().lower()}"
    made = begin_try(PASSWORD, who, address=address, device=device_of(account) if account else "")
    if account is None:
        make_password(password)  # as long as checking one takes
    elif account.check_password(password) and account.is_active:
        made.succeeded()
        if account.initial_until is not None and not identities.use_initial_password(account.id, at=clock.now()):
            raise InitialPasswordOver
        return account
    _failed(account, made, kind=PASSWORD)
    raise Invalid(WRONG)


def send_sign_in_code(phone: str, *, address: str, device_of: Callable[[Account], str] = _of_nobody) -> UUID:
    """Send a code to sign in with; to a phone that has no account nothing is sent, and nobody can tell.

    It stays open to people whose password is not taken because strangers failed.
    """
    account = identity.account_by_phone(phone)
    return send_to_holder(account, phone, purpose=CodeUse.SIGN_IN, address=address, device_of=device_of)


def prove_code(code_id: UUID | str, typed: str) -> Account:
    """The account to whose phone the code was sent; Invalid otherwise. A code counts its own tries."""
    row = check_code(code_id, typed, purpose=CodeUse.SIGN_IN)
    account = identity.account_of(row.account_id) if row.account_id else None
    if account is None or not account.is_active:
        raise Invalid("验证码不对或已过期，请检查短信后重填，或重新获取。", field="code")
    return account


def begin_factor_try(account: Account, *, device: str) -> Try:
    """Count one TOTP or recovery code before it is looked at; Locked after too many.

    Who comes so far knows the password or has the phone, so addresses are not counted.
    """
    return begin_try(FACTOR, str(account.id), device=device)


def fail_factor_try(account: Account, made: Try) -> None:
    """It was wrong."""
    _failed(account, made, kind=FACTOR)


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


@transaction.atomic
def _failed(account: Account | None, made: Try, *, kind: str) -> None:
    if made.was_the_last and account is not None:
        announce(events.SignInLocked(subject=account.id, kind=kind), actor=machine("sign-in lock"), at=clock.now())
