"""Check a password or a code at sign-in, and record who signed in and out."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Invalid
from tongban.foundation.typed import login_name
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.queries import Account
from tongban.people.signin import events
from tongban.people.signin.queries import account_by_identifier
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import check_code, send_to_holder
from tongban.people.signin.services.locking import Try, begin_try

PASSWORD, FACTOR = "password", "factor"
"""The secrets that are tried; the tries of each kind are counted separately."""


class InitialPasswordOver(Invalid):
    """The initial password was used or has expired. Reported only to somebody who knows it."""

    code = "initial-password-over"
    message = "这个初始密码已经用过或过期。请联系您的单位重新发放；拿到新的初始密码后，登录时马上改成自己的密码。"


def _unknown_browser(account: Account) -> str:
    return ""


def wrong_password() -> str:
    """Return what is said whether the account does not exist or the password is wrong."""
    return (
        "账号或密码不对，请检查后重试；还没有账号的，请先注册；忘记密码可以用手机号找回；"
        f"手机号也换了的，带身份证到服务窗口换手机号，或拨打 {city().hotline} 咨询。"
    )


def prove_password(
    identifier: str, password: str, *, address: str, device_of: Callable[[Account], str] = _unknown_browser
) -> Account:
    """Return the account of a login name, phone, resident's number or credit code, if the password is right.

    Uses up an initial password. `device_of` returns the account's name for the browser, "" for an unknown one.
    Otherwise raises Invalid, in the same words and time whether or not such an account exists, or Locked after too many
    failures.
    """
    account = account_by_identifier(identifier)
    who = str(account.id) if account else f"nobody {login_name(identifier)}"
    made = begin_try(PASSWORD, who, address=address, device=device_of(account) if account else "")
    if account is None:
        make_password(password)  # takes as long as checking one
    elif account.check_password(password) and account.is_active:
        made.succeeded()
        if account.initial_until is not None and not identities.use_initial_password(account.id, at=clock.now()):
            raise InitialPasswordOver
        return account
    _failed(account, made, kind=PASSWORD)
    raise Invalid(wrong_password())


def send_sign_in_code(
    phone: str, *, address: str, browser: str = "", device_of: Callable[[Account], str] = _unknown_browser
) -> UUID:
    """Send a code to sign in with. Nothing is sent to a phone without an account, which nobody can notice.

    This way stays open while strangers' failures lock the password.
    """
    account = identity.account_by_phone(phone)
    return send_to_holder(
        account, phone, purpose=CodeUse.SIGN_IN, address=address, browser=browser, device_of=device_of
    )


def prove_code(code_id: UUID | str, typed: str) -> Account:
    """Return the account to whose phone the code was sent, or raise Invalid. Each code counts its own tries."""
    row = check_code(code_id, typed, purpose=CodeUse.SIGN_IN)
    account = identity.account_of(row.account_id) if row.account_id else None
    if account is None or not account.is_active:
        raise Invalid("验证码不对或已过期，请检查短信后重填，或重新获取。", field="code")
    return account


def begin_factor_try(account: Account, *, device: str) -> Try:
    """Count one try of a TOTP or recovery code before it is checked. Raises Locked after too many failures.

    Addresses are not counted: somebody who gets this far knows the password or has the phone.
    """
    return begin_try(FACTOR, str(account.id), device=device)


def fail_factor_try(account: Account, made: Try) -> None:
    """Record that the try was wrong."""
    _failed(account, made, kind=FACTOR)


@transaction.atomic
def note_sign_in(account: Account, *, methods: list[str]) -> None:
    """Record a sign-in and how it was proved."""
    event = events.SignedIn(subject=account.id, methods=",".join(dict.fromkeys(methods)))
    announce(event, actor=Actor(subject_id=account.subject_id), at=clock.now())


@transaction.atomic
def note_sign_out(account: Account, *, by: str) -> None:
    """Record a sign-out, or the end of a session."""
    announce(events.SignedOut(subject=account.id, by=by), actor=Actor(subject_id=account.subject_id), at=clock.now())


@transaction.atomic
def note_factor(account: Account, *, kind: str, added: bool) -> None:
    """Record that a second factor was added or removed."""
    event = events.FactorAdded if added else events.FactorRemoved
    announce(event(subject=account.id, kind=kind), actor=Actor(subject_id=account.subject_id), at=clock.now())


@transaction.atomic
def _failed(account: Account | None, made: Try, *, kind: str) -> None:
    if made.was_the_last and account is not None:
        announce(events.SignInLocked(subject=account.id, kind=kind), actor=machine("sign-in lock"), at=clock.now())
